package dev.gatun.tools.command;

/** Text within HTML, SVG or a label of Mermaid. */
final class Html {
  private Html() {}

  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("\"", "&quot;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
