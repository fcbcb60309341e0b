package dev.gatun.graph.language;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** One file: its declarations by name, its constants' values, and the files whose names it imports. */
final class Unit {

  private final Source source;
  private final Map<String, Callee.Block> blocks = new LinkedHashMap<>();
  private final Map<String, Syntax.Model> models = new LinkedHashMap<>();
  private final Map<String, Syntax.Train> recipes = new LinkedHashMap<>();
  private final Map<String, Syntax.Shared> shared = new LinkedHashMap<>();
  private final Map<String, Syntax.Constant> constants = new LinkedHashMap<>();
  private final Map<String, Unit> imports = new LinkedHashMap<>();
  private final Map<String, Datum> values = new LinkedHashMap<>();

  /** @throws LanguageException if a name is declared twice */
  Unit(Source source, Syntax.File file) {
    this.source = source;
    List<Diagnostic> faults = new ArrayList<>();
    Map<String, Syntax.Name> callables = new LinkedHashMap<>();
    for (Syntax.Top top : file.declarations()) {
      Syntax.Name twice = switch (top) {
        case Syntax.Block b -> once(callables, b.name(), blocks.put(b.name().text(), new Callee.Block(b, this)) != null);
        case Syntax.Shared s -> once(callables, s.name(), shared.put(s.name().text(), s) != null);
        case Syntax.Model m -> models.put(m.name().text(), m) == null ? null : m.name();
        case Syntax.Train t -> recipes.put(t.name().text(), t) == null ? null : t.name();
        case Syntax.Constant c -> constants.put(c.name().text(), c) == null ? null : c.name();
        case Syntax.Import _ -> null;
      };
      if (twice != null) {
        faults.add(new Diagnostic(twice.place(), "`" + twice + "` is declared twice in this file"));
      }
    }
    if (!faults.isEmpty()) {
      throw new LanguageException(faults);
    }
  }

  private static Syntax.Name once(Map<String, Syntax.Name> known, Syntax.Name name, boolean again) {
    return known.put(name.text(), name) != null || again ? name : null;
  }

  /** Makes a declaration of this file known in another; false if there is none of that name. */
  boolean exportTo(String name, Unit into) {
    boolean known = blocks.containsKey(name) || constants.containsKey(name) || models.containsKey(name)
        || shared.containsKey(name) || imports.containsKey(name);
    if (known) {
      into.imports.put(name, this);
    }
    return known;
  }

  Source source() {
    return source;
  }

  Map<String, Syntax.Model> models() {
    return models;
  }

  /** The models declared here, then those imported, each with the file that declares it. */
  Map<String, Unit> allModels() {
    Map<String, Unit> all = new LinkedHashMap<>();
    models.keySet().forEach(name -> all.put(name, this));
    imports.forEach((name, unit) -> {
      Unit owner = unit.allModels().get(name);
      if (owner != null) {
        all.putIfAbsent(name, owner);
      }
    });
    return all;
  }

  Map<String, Syntax.Train> recipes() {
    return recipes;
  }

  Map<String, Syntax.Constant> constants() {
    return constants;
  }

  Map<String, Syntax.Shared> shared() {
    return shared;
  }

  /** The values of the constants evaluated so far. */
  Map<String, Datum> values() {
    return values;
  }

  Callee.Block block(String name) {
    return blocks.get(name);
  }

  /** The file from which a name was imported, or null. */
  Unit importer(String name) {
    return imports.get(name);
  }

  /** A constant's value here or in the file from which it was imported, or null. */
  Datum constant(String name) {
    Unit from = imports.get(name);
    return values.containsKey(name) || from == null ? values.get(name) : from.constant(name);
  }

  /** The names declared or imported here. */
  Collection<String> names(boolean callable) {
    TreeSet<String> names = new TreeSet<>(imports.keySet());
    if (callable) {
      names.addAll(blocks.keySet());
      names.addAll(shared.keySet());
    } else {
      names.addAll(constants.keySet());
    }
    return names;
  }
}
