package dev.gatun.graph.language;

import dev.gatun.memory.DType;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What an expression evaluates to while a model is elaborated. */
sealed interface Datum {

  /** None; there is only one. */
  Datum NONE = new None();

  /** @param free the input's size from which it came, or null */
  record Int(long value, FreeSize free) implements Datum {

    Int(long value) {
      this(value, null);
    }
  }

  /** A float. */
  record Real(double value) implements Datum {}

  /** True or false. */
  record Truth(boolean value) implements Datum {}

  /** A string. */
  record Text(String value) implements Datum {}

  /** A dtype by its name. */
  record Type(DType dtype) implements Datum {}

  /** The absence of a value. */
  record None() implements Datum {}

  /** A list. */
  record Many(List<Datum> items) implements Datum {

    public Many {
      items = List.copyOf(items);
    }
  }

  /** How a parameter begins. */
  record Beginning(Initialiser initialiser) implements Datum {}

  /** A block, op or shared layer, passed by name. */
  record Function(Callee callee) implements Datum {}

  /**
   * A tensor of the graph.
   *
   * @param dims for each axis the input's size that it is, or null
   */
  record Tensor(Value value, List<FreeSize> dims) implements Datum {

    public Tensor {
      dims = Collections.unmodifiableList(new ArrayList<>(dims));
    }

    /** A tensor of whose sizes nothing is known but their numbers. */
    static Tensor of(Value value) {
      return new Tensor(value, Collections.nCopies(value.rank(), null));
    }

    int rank() {
      return value.rank();
    }

    long size(int axis) {
      return value.shape().size(axis);
    }

    /** The type with free sizes by name: {@code f32[N, 3]}. */
    String shown() {
      List<String> sizes = new ArrayList<>();
      for (int axis = 0; axis < rank(); axis++) {
        FreeSize free = dims.get(axis);
        sizes.add(free != null && free.exact() ? free.name() : Long.toString(size(axis)));
      }
      return value.dtype().label() + "[" + String.join(", ", sizes) + "]";
    }
  }

  /** A state or cache; where a value is wanted, its latest one. */
  record Stored(Variable variable) implements Datum {}

  /** Several results; every place but a binding takes the first. */
  record Results(List<Datum> items) implements Datum {}

  /** In a recipe: a call, or a name, that means nothing to the language. */
  record Outside(String name, List<Datum> positional, Map<String, Datum> named, boolean called, Place place)
      implements Datum {}

  /** What a statement with a fault would have bound. Whoever reads it has no fault of his own. */
  record Broken() implements Datum {

    /** Leaves the statement that reads a broken value. */
    static final class Read extends RuntimeException {

      private static final long serialVersionUID = 1L;

      Read() {
        super("a value that a fault left without", null, false, false);
      }
    }
  }

  /** How messages name a value: "an int, 3", "a tensor, f32[N, 4]". */
  default String described() {
    return switch (this) {
      case Int i -> "an int, " + i.value();
      case Real r -> "a float, " + r.value();
      case Truth t -> "a bool, " + t.value();
      case Text t -> "a string, \"" + t.value() + "\"";
      case Type t -> "the dtype " + t.dtype().label();
      case None _ -> "none";
      case Many m -> "a list of " + m.items().size();
      case Beginning _ -> "an initialiser";
      case Function f -> "the name of what can be called, " + f.callee().name();
      case Tensor t -> "a tensor, " + t.shown();
      case Stored s -> "a " + s.variable().kind().word() + ", " + s.variable().name();
      case Results r -> r.items().stream().map(Datum::described).collect(Collectors.joining(" and "));
      case Outside o -> o.name();
      case Broken _ -> throw new Broken.Read();
    };
  }

  /** A short form for the arguments in messages; a constant as one would write it. */
  default String brief() {
    return switch (this) {
      case Int i -> Long.toString(i.value());
      case Real r -> Double.toString(r.value());
      case Truth t -> Boolean.toString(t.value());
      case Text t -> "\"" + t.value() + "\"";
      case Type t -> t.dtype().label();
      case None _ -> "none";
      case Many m -> m.items().stream().map(Datum::brief).collect(Collectors.joining(", ", "[", "]"));
      case Function f -> f.callee().name();
      case Tensor t -> t.shown();
      case Beginning _, Stored _, Results _, Outside _, Broken _ -> described();
    };
  }
}
