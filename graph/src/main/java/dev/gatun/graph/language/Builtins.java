package dev.gatun.graph.language;

import java.util.LinkedHashMap;
import java.util.Map;

/** The functions that the language brings along: one table, each entry a signature in the language's own syntax. */
final class Builtins {

  private final Map<String, Callee.Builtin> table = new LinkedHashMap<>();

  private Builtins() {}

  static Map<String, Callee.Builtin> all() {
    var builtins = new Builtins();
    CompileTimeFunctions.addTo(builtins);
    ElementwiseFunctions.addTo(builtins);
    CreationFunctions.addTo(builtins);
    ReduceFunctions.addTo(builtins);
    ProductFunctions.addTo(builtins);
    MatrixFunctions.addTo(builtins);
    MoveFunctions.addTo(builtins);
    return Map.copyOf(builtins.table);
  }

  /** @param signature {@code max_pool(x, kernel, stride = none)} */
  void add(String signature, Callee.Builtin.Body body) {
    Syntax.File file = Parser.parse(new Source("library", "block " + signature + " { none }"));
    Syntax.Block head = (Syntax.Block) file.declarations().getFirst();
    if (table.put(head.name().text(), new Callee.Builtin(head, body)) != null) {
      throw new IllegalStateException(head.name() + " stands twice in the table");
    }
  }
}
