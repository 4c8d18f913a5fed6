// JSON that somebody else wrote.
#ifndef RUNTIME_SRC_NET_JSON_TEXT_H
#define RUNTIME_SRC_NET_JSON_TEXT_H

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace tacit {

// The text's value, discarded (is_discarded()) where it is no JSON or nests deeper than any of our files: the library copies and compares
// by recursion.
inline nlohmann::ordered_json ParseJson(absl::string_view text) {
  constexpr int kDeepest = 32;
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      i += c == '\\';
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) return nlohmann::ordered_json(nlohmann::ordered_json::value_t::discarded);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace tacit

#endif
