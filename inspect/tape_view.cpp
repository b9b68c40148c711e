#include "tenet/inspect/tape_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "tenet/framework/autograd/record.h"
#include "tenet/inspect/table.h"

namespace tenet {
namespace {

struct Node {
  const Record* record;
  std::vector<int> inputs;  // ids; -1 where no gradient is needed
  std::int64_t saved_bytes = 0;
  int layer = 0;  // below every input's
};

/// All records y was computed from, in creation order; leaves come first.
std::vector<Node> nodes_of(const Tensor& y) {
  std::vector<const Record*> found;
  std::unordered_map<const Record*, int> ids;
  const auto reach = [&](const Record* r) {
    if (r != nullptr && ids.emplace(r, 0).second) found.push_back(r);
  };
  reach(history(y));
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (int k = 0; k < found[i]->input_count(); ++k) reach(found[i]->input(k));
  }
  const auto computed =
      std::stable_partition(found.begin(), found.end(), [](auto* r) { return r->is_leaf(); });
  std::sort(computed, found.end(), [](auto* a, auto* b) { return a->sequence() < b->sequence(); });
  auto leaf = found.begin();  // put in the order of their use
  for (auto r = computed; r != found.end(); ++r) {
    for (int k = 0; k < (*r)->input_count(); ++k) {
      const auto used = std::find(leaf, computed, (*r)->input(k));
      if (used != computed) std::iter_swap(leaf++, used);
    }
  }
  for (std::size_t i = 0; i < found.size(); ++i) ids[found[i]] = static_cast<int>(i);
  std::vector<Node> nodes;
  for (const Record* r : found) {
    Node node{r, {}, inspect::saved_bytes(*r), 0};
    for (int k = 0; k < r->input_count(); ++k) {
      const int id = r->input(k) == nullptr ? -1 : ids[r->input(k)];
      node.inputs.push_back(id);
      if (id >= 0) node.layer = std::max(node.layer, nodes[static_cast<std::size_t>(id)].layer + 1);
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

std::string output_of(const Node& node) {
  return cat(node.record->output_shape(), " ", node.record->output_dtype());
}

/// For HTML, and for DOT: names of users' ops may be templates.
std::string escaped(const std::string& text, bool xml) {
  std::string out;
  for (char c : text) {
    if (xml && (c == '<' || c == '>' || c == '&')) {
      out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;";
    } else {
      if (!xml && (c == '"' || c == '\\')) out += '\\';
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string tape_text(const Tensor& y) {
  const std::vector<Node> nodes = nodes_of(y);
  if (nodes.empty()) return "(nothing recorded)\n";
  inspect::Table table({"id", "op", "inputs", "output", "saved"}, "rlllr");
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::string inputs;
    for (int id : nodes[i].inputs) {
      inputs += cat(inputs.empty() ? "" : " ", id < 0 ? std::string("-") : std::to_string(id));
    }
    table.add({std::to_string(i), nodes[i].record->name(), inputs, output_of(nodes[i]),
               inspect::size_text(nodes[i].saved_bytes)});
  }
  return table.str() + "\n";
}

std::string tape_dot(const Tensor& y) {
  const std::vector<Node> nodes = nodes_of(y);
  std::string out = "digraph tape {\n  node [shape=box, fontname=\"sans-serif\"];\n";
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    out += fmt::format("  n{} [label=\"{}\\n{}\"{}];\n", i, escaped(nodes[i].record->name(), false),
                       output_of(nodes[i]), nodes[i].record->is_leaf() ? ", style=rounded" : "");
    for (int id : nodes[i].inputs) {
      if (id >= 0) out += fmt::format("  n{} -> n{};\n", id, i);
    }
  }
  return out + "}\n";
}

std::string tape_svg(const Tensor& y) {
  constexpr int kWidth = 140, kHeight = 40, kAcross = 160, kDown = 72, kMargin = 10;
  std::vector<Node> nodes = nodes_of(y);
  for (std::size_t i = nodes.size(); i-- > 0;) {  // a leaf stands just above its first reader
    for (int id : nodes[i].inputs) {
      if (id >= 0 && nodes[static_cast<std::size_t>(id)].inputs.empty())
        nodes[static_cast<std::size_t>(id)].layer = nodes[i].layer - 1;
    }
  }
  std::vector<int> filled;  // boxes in each layer
  std::vector<std::pair<int, int>> at;
  int widest = 0;
  for (const Node& node : nodes) {
    const auto layer = static_cast<std::size_t>(node.layer);
    if (filled.size() <= layer) filled.resize(layer + 1);
    at.emplace_back(kMargin + kAcross * filled[layer]++, kMargin + kDown * node.layer);
    widest = std::max(widest, filled[layer]);
  }
  std::string lines, boxes;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto [x, top] = at[i];
    for (int id : nodes[i].inputs) {
      if (id < 0) continue;
      const auto [from_x, from_top] = at[static_cast<std::size_t>(id)];
      lines += fmt::format("<path d=\"M{} {} C{} {} {} {} {} {}\"/>\n", from_x + kWidth / 2,
                           from_top + kHeight, from_x + kWidth / 2, top - 16, x + kWidth / 2,
                           from_top + kHeight + 16, x + kWidth / 2, top);
    }
    boxes += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>"
        "<text x=\"{}\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\" class=\"shape\">{}</text>\n",
        x, top, kWidth, kHeight, nodes[i].inputs.empty() ? 18 : 3, x + kWidth / 2, top + 17,
        escaped(nodes[i].record->name(), true), x + kWidth / 2, top + 32, output_of(nodes[i]));
  }
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" font-family=\"sans-serif\" "
      "font-size=\"13\">\n"
      "<style>rect{{fill:#f4f6f8;stroke:#567}}path{{fill:none;stroke:#9ab}}text{{text-anchor:middle}}"
      ".shape{{font-size:10px;fill:#567}}</style>\n{}{}</svg>\n",
      2 * kMargin + kAcross * std::max(widest, 1) - (kAcross - kWidth),
      2 * kMargin + kDown * std::max<int>(static_cast<int>(filled.size()), 1) - (kDown - kHeight), lines,
      boxes);
}

}  // namespace tenet
