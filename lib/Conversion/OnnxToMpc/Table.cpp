// The table of supported ops: look-up, and print as Markdown.
#include "Node.h"
#include "mpc/Conversion/OnnxOps.h"
#include <map>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

static const std::multimap<std::pair<std::string, std::string>, const OnnxRule *> &allRules() {
  static const auto *const rules = [] {
    auto *all = new std::multimap<std::pair<std::string, std::string>, const OnnxRule *>();
    for (ArrayRef<OnnxRule> part :
         {elementwiseRules(), structureRules(), indexRules(), reductionRules(), productRules(), normalizationRules(), attentionRules(),
          windowRules(), scatterRules()})
      for (const OnnxRule &rule : part)
        all->insert({{rule.domain.str(), rule.op.str()}, &rule});
    return all;
  }();
  return *rules;
}

const OnnxRule *mlir::mpc::fromonnx::findRule(StringRef domain, StringRef op, int64_t opset, std::string &reason) {
  auto [first, last] = allRules().equal_range({domain.str(), op.str()});
  if (first == last && domain.empty()) {
    // Fused ops of com.microsoft stand in the default domain by mistake of some exporters.
    auto [misplaced, end] = allRules().equal_range({"com.microsoft", op.str()});
    if (misplaced != end)
      return misplaced->second;
  }
  if (first == last) {
    reason = "is not supported";
    return nullptr;
  }
  reason = "is supported in opsets";
  for (auto at = first; at != last; ++at) {
    const OnnxRule *rule = at->second;
    if (opset >= rule->since && (opset <= rule->until || !domain.empty()))
      return rule;
    reason += " " + std::to_string(rule->since) + " to " + std::to_string(rule->until);
  }
  // A fused op that the default domain took up later: SimplifiedLayerNormalization's kin of older files.
  if (domain.empty() && (op == "Attention" || op == "RotaryEmbedding" || op == "Gelu" || op == "LayerNormalization")) {
    auto [misplaced, end] = allRules().equal_range({"com.microsoft", op.str()});
    if (misplaced != end)
      return misplaced->second;
  }
  return nullptr;
}

void mlir::mpc::printOnnxOps(llvm::raw_ostream &out) {
  out << "# Supported ONNX ops\n\n"
      << "Made by `mpc-translate --print-onnx-ops` from the tables in lib/Conversion/OnnxToMpc; a test compares. Models of opset 11 to "
      << kLatestOpset
      << " are read. Versions\nare those of the op's domain; the default domain's ops of com.microsoft are looked for there too.\n"
      << "`If` is supported where its condition is known at compile time. Functions are inlined.\n\n"
      << "| domain | op | opsets | limits |\n|---|---|---|---|\n";
  for (const auto &[key, rule] : allRules()) {
    out << "| " << (key.first.empty() ? "ai.onnx" : key.first) << " | " << key.second << " | ";
    if (key.first.empty())
      out << std::max<int64_t>(rule->since, 11) << " - " << rule->until;
    else
      out << rule->since << " -";
    out << " | " << rule->note << " |\n";
  }
}
