// Bundles: the folder that mpc-compile writes and mpc-run reads (program.mpcb, manifest.json, cost.json, weights by reference).
#ifndef TACIT_BUNDLE_H
#define TACIT_BUNDLE_H

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tacit/program.h"
#include "tacit/tensor.h"

namespace tacit {

// A side file with weights: where it is, relative to the bundle or absolute, and SHA-256 of it as a whole.
struct WeightFile {
  std::string path;
  Digest sha256{};
};

// What manifest.json adds to the program.
struct Manifest {
  std::string tool;
  std::string weights = "secret";                  // the policy in force
  std::vector<std::string> published;              // parameters that every party sees
  std::vector<std::string> declassified;           // outputs and to whom, as text
  std::map<std::string, WeightFile> files;         // by the name that Param::file uses
};

// The text of manifest.json: format, tool, protocol, program digest, inputs and outputs with shape and owner, policy, files.
std::string ManifestText(const Program& program, const Manifest& manifest);

// SHA-256 of a file, mapped.
absl::StatusOr<Digest> FileDigest(const std::string& path);
std::string Hex(const Digest& digest);

// A loaded bundle. Weight files are mapped when the model owner asks for them and their digests are compared then.
class Bundle {
 public:
  // Reads and checks program, manifest and cost. Errors name the file.
  static absl::StatusOr<std::unique_ptr<Bundle>> Open(const std::string& folder);
  ~Bundle();

  const Program& program() const;
  const std::string& program_bytes() const;
  const Manifest& manifest() const;
  const std::string& cost_text() const;  // cost.json

  // The model owner's parameter by its index in Program::params; DataLoss for a file that is not what was compiled.
  absl::StatusOr<Tensor> LoadParam(uint32_t index);

 private:
  struct State;
  explicit Bundle(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tacit

#endif
