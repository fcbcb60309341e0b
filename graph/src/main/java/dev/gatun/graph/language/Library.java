package dev.gatun.graph.language;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What every file sees without importing it: the builtins, and the layers written in the language. Immutable. */
final class Library {

  private static final List<String> FILES = List.of("functions", "layers", "detection", "matrices", "recurrent",
      "attention");

  private static final Library INSTANCE = new Library();

  private final Map<String, Callee.Builtin> builtins = Builtins.all();
  private final List<Unit> units = FILES.stream().map(Library::read).toList();
  private final Map<Syntax.Block, Boolean> owning = Collections.synchronizedMap(new IdentityHashMap<>());

  private Library() {
    for (Unit unit : units) {
      for (String name : builtins.keySet()) {
        if (unit.block(name) != null) {
          throw new IllegalStateException(unit.block(name).block().place() + ": `" + name + "` is a builtin already");
        }
      }
    }
  }

  static Library instance() {
    return INSTANCE;
  }

  private static Unit read(String name) {
    String file = name + ".gat";
    try (InputStream in = Library.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the library file " + file + " is missing");
      }
      Source source = new Source("library/" + file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
      return new Unit(source, Parser.parse(source));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a place in this source is the library's. */
  boolean owns(Source source) {
    return units.stream().anyMatch(unit -> unit.source() == source) || source.path().equals("library");
  }

  /** A scope for the defaults of builtins. */
  Scope scope() {
    return Scope.of(units.getFirst(), new Frame("", CallSites.NONE));
  }

  Callee find(String name) {
    for (Unit unit : units) {
      if (unit.block(name) != null) {
        return unit.block(name);
      }
    }
    return builtins.get(name);
  }

  /** Every name that can be called. */
  Set<String> names() {
    Set<String> names = new TreeSet<>(builtins.keySet());
    units.forEach(unit -> names.addAll(unit.names(true)));
    return names;
  }

  /**
   * Whether a call of that name in a file may own parameters or state. What is no block or op is an argument: it may.
   */
  boolean mayOwn(String name, Unit unit) {
    return !isShared(name, unit) && switch (lookup(name, unit)) {
      case Callee.Block block -> owns(block);
      case Callee.Builtin _, Callee.Shared _ -> false;
      case null -> true;
    };
  }

  /** Whether a block, or one that it calls, declares anything or calls an argument. */
  boolean owns(Callee.Block block) {
    Boolean known = owning.get(block.block());
    if (known == null) {
      known = search(block);
      owning.put(block.block(), known);
    }
    return known;
  }

  private boolean search(Callee.Block start) {
    Set<Syntax.Block> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Callee.Block> open = new ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      Callee.Block block = open.pop();
      if (!seen.add(block.block())) {
        continue;
      }
      for (String name : called(block)) {
        if (name != null && isShared(name, block.unit())) {
          continue;
        }
        switch (name == null ? null : lookup(name, block.unit())) {
          case null -> {
            return true;
          }
          case Callee.Block next -> open.push(next);
          case Callee.Builtin _, Callee.Shared _ -> { }
        }
      }
    }
    return false;
  }

  /** The names that a block calls; null stands for what owns at once. */
  private static Set<String> called(Callee.Block block) {
    Set<String> names = new HashSet<>();
    for (Syntax node : Walk.nodes(block.block(), _ -> true)) {
      switch (node) {
        case Syntax.Declare _, Syntax.Shared _ -> names.add(null);
        case Syntax.Stage stage -> names.add(stage.callee().text());
        case Syntax.Call(Place _, Syntax.Variable(Place _, String name), var _) -> names.add(name);
        case Syntax.Call _ -> names.add(null);
        case Syntax _ -> { }
      }
    }
    return names;
  }

  private static boolean isShared(String name, Unit unit) {
    return unit.shared().containsKey(name) || unit.importer(name) != null && isShared(name, unit.importer(name));
  }

  /** A block or builtin, or null. */
  private Callee lookup(String name, Unit unit) {
    if (unit.block(name) != null) {
      return unit.block(name);
    }
    return unit.importer(name) != null ? lookup(name, unit.importer(name)) : find(name);
  }
}
