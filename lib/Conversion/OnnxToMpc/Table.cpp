// The table of supported ops: look-up, and print as Markdown.
#include "Node.h"
#include "mpc/Analysis/SecretForms.h"
#include "mpc/Conversion/OnnxOps.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <map>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

static const std::multimap<std::pair<std::string, std::string>, const OnnxRule *> &allRules() {
  static const auto *const rules = [] {
    auto *all = new std::multimap<std::pair<std::string, std::string>, const OnnxRule *>();
    for (ArrayRef<OnnxRule> part :
         {elementwiseRules(), activationRules(), structureRules(), constantRules(), indexRules(), reductionRules(), productRules(),
          normalizationRules(), attentionRules(), windowRules(), scatterRules(), sequenceRules()})
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

// "2^-13", "0", "16": powers of two as such.
static std::string number(double x) {
  int exponent = 0;
  double mantissa = std::frexp(std::abs(x), &exponent);
  std::string sign = x < 0 ? "-" : "";
  if (x == 0 || (x == std::floor(x) && std::abs(x) < 1000))
    return llvm::formatv("{0}", static_cast<int64_t>(x));
  if (mantissa == 0.5)
    return sign + "2^" + std::to_string(exponent - 1);
  return llvm::formatv("{0:g}", x);
}

static std::string describeError(const SecretForm &form) {
  if (form.absolute == 0 && form.relative == 0)
    return "exact";
  std::string text = number(form.absolute);
  if (form.relative != 0)
    text += form.relative == form.absolute ? ", relative too" : ", relative " + number(form.relative);
  return text;
}

void mlir::mpc::printOnnxOps(llvm::raw_ostream &out) {
  out << "# Supported ONNX ops\n\n"
      << "Made by `mpc-translate --print-onnx-ops` from the tables that the conversion reads (lib/Conversion/OnnxToMpc); a test compares.\n"
      << "Models of opset 11 to " << kLatestOpset
      << " are read. Versions are those of the op's domain; the default domain's ops of com.microsoft are looked for there too.\n"
      << "`If` is supported where its condition is known at compile time. Functions are inlined. A node of another op, version, element "
         "type or\n"
      << "attribute is refused, with all others of its model in one list.\n\n"
      << "On public operands, and on what one owner knows alone, every op computes in clear: f32 (f16, bf16, f64 become f32), i64, i32 (of "
         "8 and\n"
      << "16 bits too, which do not wrap at 2^8 or 2^16) and truth values. On secrets an op is one of the [forms](#on-secrets) below: "
         "arguments in its range, error "
         "within it.\n"
      << "Secret integers are whole numbers, abs < 2^23 where an owner shares them.\n\n"
      << "| domain | op | opsets | first input | attributes | on secrets | limits |\n|---|---|---|---|---|---|---|\n";
  for (const auto &[key, rule] : allRules()) {
    const OnnxFacts *facts = findFacts(*rule);
    out << "| " << (key.first.empty() ? "ai.onnx" : key.first) << " | " << key.second << " | ";
    if (key.first.empty())
      out << std::max<int64_t>(rule->since, 11) << " - " << rule->until;
    else
      out << rule->since << " -";
    if (facts)
      out << " | " << describe(facts->kinds) << " | " << facts->attributes << " | " << facts->form;
    else
      out << " | ? | ? | ?"; // a rule without its line in Facts.cpp: the table's test looks for these
    out << " | " << rule->note << " |\n";
  }
  out << "\n## On secrets\n\n"
      << "Preset f18 with its default `--max-error`. A test compiles functions of each form and compares over the whole range.\n\n"
      << "| form | arguments | error at most | |\n|---|---|---|---|\n";
  for (const SecretForm &form : secretForms())
    if (form.name != "public")
      out << "| " << form.name << " | " << number(form.low) << " to " << number(form.high) << " | " << describeError(form) << " | "
          << form.note << " |\n";
  out << "\nForm `public` has no secret operand: what it reads is known at compile time.\n";
}
