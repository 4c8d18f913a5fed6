// mpc-party: one of the three parties, running a container (tacit/party_main.h).
#include "tacit/party_main.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// The leak check reads /proc and traces its process; a party can do neither.
extern "C" const char *__asan_default_options() { return "detect_leaks=0"; }
#endif
#endif

int main(int argc, char **argv) { return tacit::PartyMain(argc, argv); }
