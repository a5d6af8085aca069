#include "harness/grade/matrix.hpp"

#include "reports/escaping.hpp"

#include <fmt/format.h>

namespace hassle::harness::grade {

namespace {

constexpr std::string_view head = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>hassle grade</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem;
       color: #1b1f24; background: #fff }
table { border-collapse: collapse } th, td { padding: .25rem .6rem; border: 1px solid #d0d7de }
th { text-align: left; font-weight: 600 } td.cell { text-align: center }
td.cell a { color: inherit; text-decoration: none; display: block }
.ok { background: #dafbe1 } .non-strict { background: #fff8c5 } .failed { background: #ffd7d5 }
.inconclusive { background: #eaeef2 } .none { color: #57606a }
section { margin: 1.5rem 0; border-top: 1px solid #d0d7de }
pre { overflow-x: auto; background: #f6f8fa; padding: .6rem; font-size: 13px }
.muted { color: #57606a }
</style></head><body>
<h1>Conformance of Home Assistant clients</h1>
)";

std::string anchor(const matrix& of, std::size_t row, std::size_t client) {
  return fmt::format("c{}-{}", of.items[row].number, client + 1);
}

std::string cell_html(const matrix& of, std::size_t row, std::size_t client) {
  const matrix_cell& cell = of.at(row, client);
  if (!cell.done) return R"(<td class="cell none">not run</td>)";
  const std::string_view name = name_of(cell.given.given);
  if (cell.given.findings.empty()) {
    return fmt::format(R"(<td class="cell {0}">{0}</td>)", name);
  }
  return fmt::format(R"(<td class="cell {0}"><a href="#{1}">{0}</a></td>)", name,
                     anchor(of, row, client));
}

std::string table_html(const matrix& of) {
  std::string text = "<table><thead><tr><th></th><th>scenario</th>";
  for (std::size_t i = 0; i < of.clients.size(); ++i) {
    text += fmt::format("<th>{}<br><span class=\"muted\">{}</span></th>",
                        reports::xml_text(of.clients[i]), reports::xml_text(of.worlds[i]));
  }
  text += "</tr></thead><tbody>\n";
  for (std::size_t row = 0; row < of.items.size(); ++row) {
    const item& each = of.items[row];
    text += fmt::format("<tr><th>{}</th><th title=\"{}\">{}</th>", each.number,
                        reports::xml_attribute(each.title), reports::xml_text(each.scenario));
    for (std::size_t i = 0; i < of.clients.size(); ++i) text += cell_html(of, row, i);
    text += "</tr>\n";
  }
  for (const mark which : {mark::ok, mark::non_strict, mark::failed, mark::inconclusive}) {
    text += fmt::format("<tr><th></th><th>{}</th>", name_of(which));
    for (std::size_t i = 0; i < of.clients.size(); ++i) {
      text += fmt::format("<td class=\"cell\">{}</td>", of.count(i, which));
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table>\n";
}

std::string block(std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string text = fmt::format("<p class=\"muted\">{}</p><pre>", title);
  for (const std::string& each : lines) text += reports::xml_text(each) + "\n";
  return text + "</pre>\n";
}

std::string evidence_html(const matrix& of, std::size_t row, std::size_t client) {
  const matrix_cell& cell = of.at(row, client);
  if (!cell.done || cell.given.findings.empty()) return "";
  const item& each = of.items[row];
  std::string text = fmt::format(
      "<section id=\"{}\"><h3>{} {}: {} <span class=\"{}\">{}</span></h3><p>{}</p><ul>\n",
      anchor(of, row, client), each.number, reports::xml_text(each.scenario),
      reports::xml_text(of.clients[client]), name_of(cell.given.given), name_of(cell.given.given),
      reports::xml_text(each.title));
  for (const finding& one : cell.given.findings) {
    text += fmt::format("<li>{}</li>\n", reports::xml_text(one.what));
  }
  text += "</ul>\n";
  text += block("What led to the first of it", cell.events);
  text += block("Once more", cell.reproduce);
  return text + "</section>\n";
}

}  // namespace

std::string matrix_html(const matrix& of) {
  std::string text(head);
  text += fmt::format(
      "<p>Each client is held against what is expected of the best one. <em>ok</em>: it keeps "
      "that. "
      "<em>non-strict</em>: it breaks no oracle, but a figure is outside. <em>failed</em>: it "
      "breaks an oracle, or a figure is far outside. hassle {}{}.</p>\n",
      reports::xml_text(of.tool_version), of.interrupted ? ", interrupted" : "");
  text += table_html(of);
  for (std::size_t row = 0; row < of.items.size(); ++row) {
    for (std::size_t i = 0; i < of.clients.size(); ++i) text += evidence_html(of, row, i);
  }
  return text + "</body></html>\n";
}

}  // namespace hassle::harness::grade
