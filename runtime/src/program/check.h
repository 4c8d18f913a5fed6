// The rules that a program obeys once it is loaded: after CheckProgram every index is in range, every value is made once and before
// its uses, every op is known and its operands, attributes and shapes fit, no PRG address is used twice (protocol.md, security rule 2).
#ifndef TACIT_PROGRAM_CHECK_H
#define TACIT_PROGRAM_CHECK_H

#include <vector>

#include "absl/status/status.h"
#include "program/op_table.h"
#include "tacit/program.h"

namespace tacit {

absl::Status CheckProgram(const Program& program);

// One instruction whose operands' and results' ids are known to be in range: kinds, attributes, shapes, ring formats.
absl::Status CheckInstruction(const OpInfo& op, const Instruction& instruction, const std::vector<const Type*>& operands,
                              const Type& result);
// Its parts: the structural ops of mpc on any kind, and the ops of share.
absl::Status CheckStructural(const Instruction& instruction, const std::vector<const Type*>& operands, const Type& result);
absl::Status CheckShare(const Instruction& instruction, const std::vector<const Type*>& operands, const Type& result);

// numpy's broadcast; false where the shapes do not agree.
bool BroadcastShape(const std::vector<int64_t>& x, const std::vector<int64_t>& y, std::vector<int64_t>* out);

}  // namespace tacit

#endif
