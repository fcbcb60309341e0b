package dev.gatun.graph.language;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/** The names of one body: what they are bound to now, and where that was written. */
final class Scope {

  /** @param place where the name was bound last */
  record Bound(Datum value, Place place) {}

  private final Unit unit;
  private final Scope outer;
  private final Frame frame;
  private final Map<String, Bound> values = new LinkedHashMap<>();
  private final Map<String, Callee> layers = new LinkedHashMap<>();

  private Scope(Unit unit, Scope outer, Frame frame) {
    this.unit = unit;
    this.outer = outer;
    this.frame = frame;
  }

  /** The body of a block or model. */
  static Scope of(Unit unit, Frame frame) {
    return new Scope(unit, null, frame);
  }

  /** A body inside this one that sees its names and keeps its own to itself. */
  Scope inner() {
    return new Scope(unit, this, frame);
  }

  Unit unit() {
    return unit;
  }

  Frame frame() {
    return frame;
  }

  void bind(String name, Datum value, Place place) {
    values.put(name, new Bound(value, place));
  }

  void share(String name, Callee layer) {
    layers.put(name, layer);
  }

  /** What a name is bound to in this body or those around it, or null. */
  Bound find(String name) {
    Bound bound = values.get(name);
    return bound != null || outer == null ? bound : outer.find(name);
  }

  /** What a name calls in this body or those around it, or null. */
  Callee callee(String name) {
    Callee layer = layers.get(name);
    if (layer == null && values.get(name) instanceof Bound(Datum.Function(Callee passed), Place _)) {
      layer = passed;
    }
    return layer != null || outer == null ? layer : outer.callee(name);
  }

  /** The names bound here, in the order in which they first were. */
  Map<String, Bound> values() {
    return values;
  }

  /** Every name of a value, or of what can be called, that is seen from here. */
  Collection<String> names(boolean callable) {
    TreeSet<String> names = new TreeSet<>(callable ? layers.keySet() : values.keySet());
    if (callable) {
      values.forEach((name, bound) -> {
        if (bound.value() instanceof Datum.Function) {
          names.add(name);
        }
      });
    }
    if (outer != null) {
      names.addAll(outer.names(callable));
    }
    return names;
  }
}
