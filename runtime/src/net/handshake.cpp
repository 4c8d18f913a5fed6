// Handshakes of parties and owners.
#include "tacit/handshake.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tacit/setup_cost.h"

namespace tacit {
namespace {

constexpr uint32_t kVersion = 1;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_PKEY_CTX, FreeContext>;
using PublicKey = std::array<uint8_t, 32>;

absl::Status CryptoError() { return absl::InternalError("the key agreement failed in the cryptographic library"); }

void Append(Bytes* out, uint32_t value) {
  for (int i = 0; i < 4; ++i) out->push_back(value >> (8 * i));
}
uint32_t Take(const uint8_t* at) { return at[0] | at[1] << 8 | at[2] << 16 | static_cast<uint32_t>(at[3]) << 24; }

// version, party, entry, invocation, digest; a public key after it between parties.
Bytes Hello(int party, const SessionParameters& p, const PublicKey* key) {
  Bytes hello;
  for (uint32_t value : {kVersion, static_cast<uint32_t>(party), p.entry, p.invocation}) Append(&hello, value);
  hello.insert(hello.end(), p.program.begin(), p.program.end());
  if (key) hello.insert(hello.end(), key->begin(), key->end());
  return hello;
}

absl::Status CheckHello(const Bytes& hello, int party, const SessionParameters& p) {
  const std::string who = absl::StrCat("P", party);
  const auto differs = [&](absl::string_view what) {
    return absl::FailedPreconditionError(absl::StrCat(who, " differs in its ", what, "; all must run the same program and session"));
  };
  if (Take(&hello[0]) != kVersion) return differs("protocol version");
  if (Take(&hello[4]) != static_cast<uint32_t>(party)) return differs("place among the parties");
  if (Take(&hello[8]) != p.entry) return differs("entry point");
  if (Take(&hello[12]) != p.invocation) return differs("invocation");
  if (std::memcmp(&hello[16], p.program.data(), p.program.size()) != 0) return differs("program digest");
  return absl::OkStatus();
}

Key NewKey() {
  EVP_PKEY* key = nullptr;
  Context context(EVP_PKEY_CTX_new_id(EVP_PKEY_X25519, nullptr));
  if (!context || EVP_PKEY_keygen_init(context.get()) != 1 || EVP_PKEY_keygen(context.get(), &key) != 1) return nullptr;
  return Key(key);
}

// HKDF-SHA256(X25519(mine, theirs)), salted with session and program; its info is the pair and what both said: their public keys. An X25519
// of small order is an error of the library.
absl::StatusOr<Seed> AgreeOnSeed(EVP_PKEY* mine, const PublicKey& theirs, const SessionParameters& p, int low, int high,
                                 const std::array<const PublicKey*, 2>& keys) {
  Key peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, theirs.data(), theirs.size()));
  Context derive(EVP_PKEY_CTX_new(mine, nullptr));
  std::array<uint8_t, 32> secret;
  size_t length = secret.size();
  if (!peer || !derive || EVP_PKEY_derive_init(derive.get()) != 1 || EVP_PKEY_derive_set_peer(derive.get(), peer.get()) != 1 ||
      EVP_PKEY_derive(derive.get(), secret.data(), &length) != 1) {
    return CryptoError();
  }
  Bytes salt(p.program.begin(), p.program.end());
  for (uint32_t value : {static_cast<uint32_t>(p.session), static_cast<uint32_t>(p.session >> 32), p.entry, p.invocation})
    Append(&salt, value);
  std::string info = absl::StrCat("tacit seed of P", low, " and P", high);
  for (const PublicKey* said : keys) info.append(said->begin(), said->end());
  Seed seed;
  size_t seed_size = seed.size();
  Context hkdf(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr));
  const bool done = hkdf && EVP_PKEY_derive_init(hkdf.get()) == 1 && EVP_PKEY_CTX_set_hkdf_md(hkdf.get(), EVP_sha256()) == 1 &&
                    EVP_PKEY_CTX_set1_hkdf_salt(hkdf.get(), salt.data(), salt.size()) == 1 &&
                    EVP_PKEY_CTX_set1_hkdf_key(hkdf.get(), secret.data(), secret.size()) == 1 &&
                    EVP_PKEY_CTX_add1_hkdf_info(hkdf.get(), reinterpret_cast<const uint8_t*>(info.data()), info.size()) == 1 &&
                    EVP_PKEY_derive(hkdf.get(), seed.data(), &seed_size) == 1;
  OPENSSL_cleanse(secret.data(), secret.size());
  if (!done) return CryptoError();
  return seed;
}

std::array<Link*, 3> Parties(const Links& links) { return {links.p0, links.p1, links.p2}; }

Seed* SeedOf(PartySeeds* seeds, int low, int high) { return low == 0 ? (high == 1 ? &seeds->s01 : &seeds->s02) : &seeds->s12; }

// P0 gets both of an owner's seeds, P1 the first, P2 the second.
absl::Status ReceiveOwnerSeeds(int party, Link* owner, OwnerSeeds* seeds) {
  auto bytes = owner->Receive(MessageKind::kSeed, 0, party == 0 ? 2 * kSeedBytes : kSeedBytes);
  if (!bytes.ok()) return bytes.status();
  if (party != 2) std::memcpy(seeds->first.data(), bytes->data(), kSeedBytes);
  if (party != 1) std::memcpy(seeds->second.data(), bytes->data() + (party == 0 ? kSeedBytes : 0), kSeedBytes);
  OPENSSL_cleanse(bytes->data(), bytes->size());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PartySeeds> PartyHandshake(int party, const SessionParameters& parameters, const Links& links) {
  Key key = NewKey();
  PublicKey mine;
  size_t length = mine.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), mine.data(), &length) != 1) return CryptoError();
  for (Link* link : Parties(links)) {
    if (!link) continue;
    if (auto s = link->Send(MessageKind::kHello, 0, Section::kSetup, Hello(party, parameters, &mine)); !s.ok()) return s;
  }
  for (Link* owner : {links.client, links.model}) {
    if (auto s = owner->Send(MessageKind::kHello, 0, Section::kSetup, Hello(party, parameters, nullptr)); !s.ok()) return s;
  }
  PartySeeds seeds;
  for (int other = 0; other < 3; ++other) {
    Link* link = Parties(links)[other];
    if (!link) continue;
    auto hello = link->Receive(MessageKind::kHello, 0, kHelloBytes);
    if (!hello.ok()) return hello.status();
    if (auto s = CheckHello(*hello, other, parameters); !s.ok()) return s;
    PublicKey theirs;
    std::memcpy(theirs.data(), hello->data() + kOwnerHelloBytes, theirs.size());
    const auto [low, high] = std::minmax(party, other);
    const PublicKey *first = party < other ? &mine : &theirs, *second = party < other ? &theirs : &mine;
    auto seed = AgreeOnSeed(key.get(), theirs, parameters, low, high, {first, second});
    if (!seed.ok()) return seed.status();
    *SeedOf(&seeds, low, high) = *seed;
    OPENSSL_cleanse(&*seed, sizeof *seed);
  }
  if (auto s = ReceiveOwnerSeeds(party, links.client, &seeds.client); !s.ok()) return s;
  if (auto s = ReceiveOwnerSeeds(party, links.model, &seeds.model); !s.ok()) return s;
  return seeds;
}

absl::Status AgreeOnPublic(int party, const Digest& digest, const Links& links) {
  for (Link* link : Parties(links)) {
    if (!link) continue;
    if (auto s = link->Send(MessageKind::kAgree, 0, Section::kSetup, Bytes(digest.begin(), digest.end())); !s.ok()) return s;
  }
  for (int other = 0; other < 3; ++other) {
    Link* link = Parties(links)[other];
    if (!link) continue;
    auto theirs = link->Receive(MessageKind::kAgree, 0, kAgreeBytes);
    if (!theirs.ok()) return theirs.status();
    if (std::memcmp(theirs->data(), digest.data(), digest.size()) != 0) {
      return absl::FailedPreconditionError(absl::StrCat("P", other, " derived other public values (masks, positions) than P", party));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OwnerSeeds> OwnerHandshake(const SessionParameters& parameters, const Links& links) {
  for (int party = 0; party < 3; ++party) {
    auto hello = Parties(links)[party]->Receive(MessageKind::kHello, 0, kOwnerHelloBytes);
    if (!hello.ok()) return hello.status();
    if (auto s = CheckHello(*hello, party, parameters); !s.ok()) return s;
  }
  const OwnerSeeds seeds{RandomSeed(), RandomSeed()};
  Bytes first(seeds.first.begin(), seeds.first.end()), second(seeds.second.begin(), seeds.second.end()), both = first;
  both.insert(both.end(), second.begin(), second.end());
  if (auto s = links.p0->Send(MessageKind::kSeed, 0, Section::kSetup, std::move(both)); !s.ok()) return s;
  if (auto s = links.p1->Send(MessageKind::kSeed, 0, Section::kSetup, std::move(first)); !s.ok()) return s;
  if (auto s = links.p2->Send(MessageKind::kSeed, 0, Section::kSetup, std::move(second)); !s.ok()) return s;
  return seeds;
}

}  // namespace tacit
