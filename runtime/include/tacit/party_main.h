// The main function of a party process: options, sandbox, links by descriptor, the phases of a run. mpc-party and emitted C++ share it.
#ifndef TACIT_PARTY_MAIN_H
#define TACIT_PARTY_MAIN_H

namespace tacit {

namespace emitted {
struct ProgramCode;
}

// Runs one party as mpc-run starts it (session.h: descriptors), and gives the exit status: 0 done, 1 the session failed, 2 wrong usage.
// The program is the container that descriptor 3 holds, or `emitted` where it is not null.
int PartyMain(int argc, char** argv, const emitted::ProgramCode* emitted = nullptr);

}  // namespace tacit

#endif
