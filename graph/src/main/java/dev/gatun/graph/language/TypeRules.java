package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Int;
import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.memory.DType;
import dev.gatun.ops.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Meets types as they are written with tensors: sizes are bound where they first stand, and checked after. */
final class TypeRules {

  /** Any size of a tensor. */
  private static final long LARGEST = Integer.MAX_VALUE;

  private final Elaboration elaboration;
  private final Evaluator evaluator;

  TypeRules(Elaboration elaboration, Evaluator evaluator) {
    this.elaboration = elaboration;
    this.evaluator = evaluator;
  }

  /**
   * Checks a value against a type and binds the type's new sizes in {@code scope}.
   *
   * @param what names the value: "argument `x` of conv"
   * @param place of the value, for messages
   * @param wanted the type as written, for messages
   * @return the tensor; a number where the type has no axes becomes one
   */
  Tensor match(Syntax.Type type, Datum value, Scope scope, String what, Place place, String wanted) {
    DType dtype = type.dtype() == null ? null : dtype(type.dtype());
    Datum given = value;
    if (Arithmetic.isNumber(value) && type.dims().isEmpty()) {
      given = evaluator.bodies().tensor(what, value, dtype == null ? DType.F32 : dtype, place);
    }
    if (!(given instanceof Tensor tensor)) {
      throw elaboration.fault(place, what + " wants " + wanted + ", found " + value.described(), "");
    }
    if (dtype != null && tensor.value().dtype() != dtype) {
      throw mismatch(what, wanted, tensor, place, "cast(…, " + dtype.label() + ")");
    }
    int rest = -1;
    for (int i = 0; i < type.dims().size(); i++) {
      Syntax.Dim dim = type.dims().get(i);
      if (dim instanceof Syntax.AnyDims || dim instanceof Syntax.SizeDim(Place _, var _, boolean spliced) && spliced) {
        if (rest >= 0) {
          throw elaboration.fault(dim.place(), "a type has at most one list of sizes", "");
        }
        rest = i;
      }
    }
    int fixed = type.dims().size() - (rest < 0 ? 0 : 1);
    if (rest < 0 ? tensor.rank() != fixed : tensor.rank() < fixed) {
      throw mismatch(what, wanted, tensor, place, "");
    }
    List<Runnable> checks = new ArrayList<>();
    int axis = 0;
    for (int i = 0; i < type.dims().size(); i++) {
      int count = i == rest ? tensor.rank() - fixed : 1;
      dim(type.dims().get(i), tensor, axis, count, scope, checks, () -> mismatch(what, wanted, tensor, place, ""));
      axis += count;
    }
    checks.forEach(Runnable::run);
    return tensor;
  }

  private LanguageException mismatch(String what, String wanted, Tensor tensor, Place place, String hint) {
    return elaboration.fault(place, what + " wants " + wanted + ", found " + tensor.shown(), hint);
  }

  /** Binds a size that stands alone and is new at once; the others wait until all are bound. */
  private void dim(Syntax.Dim dim, Tensor tensor, int axis, int count, Scope scope, List<Runnable> checks,
      Supplier<LanguageException> fault) {
    switch (dim) {
      case Syntax.AnyDim _, Syntax.AnyDims _ -> { }
      case Syntax.SizeDim(Place _, Syntax.Expression value, boolean spliced) -> {
        List<Datum> found = new ArrayList<>();
        for (int i = axis; i < axis + count; i++) {
          found.add(new Int(tensor.size(i), tensor.dims().get(i)));
        }
        Datum datum = spliced ? new Datum.Many(found) : found.getFirst();
        if (value instanceof Syntax.Variable(Place at, String name) && isSize(name) && scope.find(name) == null) {
          scope.bind(name, datum, at);
        } else {
          checks.add(() -> {
            if (!sizes(evaluator.value(value, scope)).equals(sizes(datum))) {
              throw fault.get();
            }
          });
        }
      }
    }
  }

  private static boolean isSize(String name) {
    return name.charAt(0) >= 'A' && name.charAt(0) <= 'Z';
  }

  private static List<Long> sizes(Datum datum) {
    return switch (datum) {
      case Int i -> List.of(i.value());
      case Datum.Many m -> m.items().stream().flatMap(d -> sizes(d).stream()).toList();
      case Datum _ -> List.of(-1L);
    };
  }

  /** The type of a parameter, state or cache, which must be known but for a cache's free sizes. */
  TensorType declared(Syntax.Declare declare, Scope scope) {
    if (declare.type().dtype() == null) {
      throw elaboration.fault(declare.type().place(), "a " + declare.kind().word() + " names its dtype",
          "f32" + Sources.text(declare.type()));
    }
    DType dtype = dtype(declare.type().dtype());
    if (declare.kind() == Syntax.Kind.PARAM && dtype.isStorageOnly()) {
      throw elaboration.fault(declare.type().dtype().place(),
          dtype.label() + " only stores: no param of it can be trained",
          "declare it f32 and cast it where it is used: cast(" + declare.name() + ", " + dtype.label() + ")");
    }
    List<Int> sizes = sizes(declare.type(), scope);
    for (int i = 0; i < sizes.size(); i++) {
      FreeSize free = sizes.get(i).free();
      if (free != null && declare.kind() != Syntax.Kind.CACHE) {
        Place place = declare.type().dims().get(Math.min(i, declare.type().dims().size() - 1)).place();
        String kind = declare.kind() == Syntax.Kind.PARAM ? "parameter" : "state";
        throw elaboration.fault(place, "the shape of a " + kind + " must be known, found the free size "
            + free.name() + " of `" + free.input() + "` (" + free.place().seenFrom(place) + ")",
            "use a constant: const length = 32");
      }
    }
    return new TensorType(dtype, Arguments.shape(sizes));
  }

  /** The sizes of a type all of whose parts are known. */
  List<Int> sizes(Syntax.Type type, Scope scope) {
    List<Int> sizes = new ArrayList<>();
    for (Syntax.Dim dim : type.dims()) {
      if (!(dim instanceof Syntax.SizeDim(Place place, Syntax.Expression value, boolean spliced))) {
        throw elaboration.fault(dim.place(), "every size must be known here", "");
      }
      Datum datum = evaluator.value(value, scope);
      List<Datum> items = spliced && datum instanceof Datum.Many(List<Datum> found) ? found : List.of(datum);
      for (Datum item : items) {
        if (!(item instanceof Int size) || size.value() < 0 || size.value() > LARGEST) {
          throw elaboration.fault(place, "a size is an int from 0 to " + LARGEST + ", found " + item.described(), "");
        }
        sizes.add(size);
      }
    }
    try {
      Arguments.shape(sizes);
      return sizes;
    } catch (IllegalArgumentException tooLarge) {
      throw elaboration.fault(type.place(), tooLarge.getMessage(), "");
    }
  }

  DType dtype(Syntax.Name name) {
    for (DType dtype : DType.values()) {
      if (dtype.label().equals(name.text())) {
        return dtype;
      }
    }
    throw elaboration.fault(name.place(), "no dtype is called `" + name + "`",
        "f32, f64, f16, bf16, i64, i32, i8, u8, bool");
  }
}
