package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Int;
import dev.gatun.graph.language.Datum.Many;
import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Gather;
import dev.gatun.ops.OneHot;
import dev.gatun.ops.Pad;
import dev.gatun.ops.ScatterAdd;
import dev.gatun.ops.Slice;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import dev.gatun.ops.Write;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.LongBinaryOperator;
import java.util.stream.LongStream;

/** Functions that move elements, by rule or by index. */
final class MoveFunctions {

  private MoveFunctions() {}

  static void addTo(Builtins table) {
    table.add("reshape(x, shape)", MoveFunctions::reshape);
    table.add("flatten(x, axis = 1)", MoveFunctions::flatten);
    table.add("transpose(x, order = none)", MoveFunctions::transpose);
    table.add("concat(list, axis)", MoveFunctions::concat);
    table.add("stack(list, axis)", MoveFunctions::stack);
    table.add("split(x, parts, axis)", MoveFunctions::split);
    table.add("pad(x, amounts, value = 0.0, mode = \"constant\")", MoveFunctions::pad);
    table.add("broadcast(x, shape)", a -> {
      List<Int> sizes = a.sizes("shape", 0);
      return new Tensor(a.builder().broadcast(a.tensor("x").value(), Arguments.shape(sizes)), Arguments.dims(sizes));
    });
    table.add("flip(x, axis)", MoveFunctions::flip);
    table.add("channelwise(v, x)", a -> {
      Tensor v = a.tensor("v");
      Tensor x = a.tensor("x");
      if (v.rank() != 1 || x.rank() < 2) {
        return a.fail("v", "[C], to meet axis 1 of x");
      }
      long[] sizes = new long[x.rank() - 1];
      Arrays.fill(sizes, 1);
      sizes[0] = v.size(0);
      List<FreeSize> dims = new ArrayList<>(Collections.nCopies(x.rank() - 1, null));
      dims.set(0, v.dims().getFirst());
      return new Tensor(a.builder().reshape(v.value(), Shape.of(sizes)), dims);
    });
    indexed(table);
  }

  private static void indexed(Builtins table) {
    table.add("gather(x, index, axis = 0, batch = 0)", MoveFunctions::gather);
    table.add("scatter_add(x, index, part, axis = 0)", a -> {
      Tensor x = a.tensor("x");
      var op = new ScatterAdd(x.value().shape(), a.axis("axis", x.rank()), 0);
      Value added = a.builder().apply(op, a.tensor("index").value(), a.tensor("part").value());
      return new Tensor(a.builder().add(x.value(), added), x.dims());
    });
    table.add("write(x, part, at, axis)", a -> {
      Tensor x = a.tensor("x");
      Value at = a.tensor("at", DType.I32).value();
      return new Tensor(a.builder().apply(new Write(a.axis("axis", x.rank())), x.value(), a.tensor("part").value(), at),
          x.dims());
    });
    table.add("one_hot(index, size, dtype = f32)", a -> {
      Tensor index = a.tensor("index");
      if (!index.value().dtype().isInteger()) {
        return a.fail("index", "a tensor of ints");
      }
      Value hot = a.builder().apply(new OneHot(a.small("size", 1)), index.value());
      List<FreeSize> dims = new ArrayList<>(index.dims());
      dims.add(a.sized("size").free());
      return new Tensor(a.builder().cast(hot, a.dtype("dtype")), dims);
    });
  }

  private static Datum reshape(Arguments a) {
    Tensor x = a.tensor("x");
    List<Int> sizes = new ArrayList<>();
    int open = -1;
    long known = 1;
    for (Datum item : a.list("shape")) {
      if (!(item instanceof Int size) || size.value() < -1 || size.value() == -1 && open >= 0) {
        return a.fail("shape", "a list of sizes, at most one of them -1");
      }
      open = size.value() == -1 ? sizes.size() : open;
      known = Math.multiplyExact(known, size.value() == -1 ? 1 : size.value());
      sizes.add(size);
    }
    long elements = x.value().shape().elements();
    if (open >= 0 && known > 0 && elements % known == 0) {
      boolean named = sizes.stream().anyMatch(size -> size.free() != null);
      FreeSize origin = x.dims().stream().filter(Objects::nonNull).findFirst().orElse(null);
      sizes.set(open, new Int(elements / known, named || origin == null ? null : origin.derived()));
      known = elements;
    }
    if (known != elements) {
      throw a.fault("`reshape`: " + x.shown() + " has " + elements + " elements, the shape "
          + a.get("shape").brief() + " has " + known, "");
    }
    return new Tensor(a.builder().reshape(x.value(), Arguments.shape(sizes)), Arguments.dims(sizes));
  }

  private static Datum flatten(Arguments a) {
    Tensor x = a.tensor("x");
    int axis = a.axis("axis", x.rank());
    long[] sizes = Arrays.copyOf(x.value().shape().sizes(), axis + 1);
    List<FreeSize> dims = new ArrayList<>(x.dims().subList(0, axis));
    FreeSize free = null;
    for (int i = axis + 1; i < x.rank(); i++) {
      sizes[axis] = Math.multiplyExact(sizes[axis], x.size(i));
    }
    for (FreeSize dim : x.dims().subList(axis, x.rank())) {
      free = dim == null ? free : axis == x.rank() - 1 ? dim : dim.derived();
    }
    dims.add(free);
    return new Tensor(a.builder().reshape(x.value(), Shape.of(sizes)), dims);
  }

  private static Datum transpose(Arguments a) {
    Tensor x = a.tensor("x");
    if (!a.has("order")) {
      return a.math().swapped(x);
    }
    List<Integer> order = a.perAxis("order", x.rank(), 0);
    if (order.stream().distinct().count() != x.rank() || order.stream().anyMatch(i -> i >= x.rank())) {
      return a.fail("order", "every axis from 0 to " + (x.rank() - 1) + " once");
    }
    List<FreeSize> dims = new ArrayList<>();
    order.forEach(i -> dims.add(x.dims().get(i)));
    return new Tensor(a.builder().transpose(x.value(), order), dims);
  }

  private static Datum concat(Arguments a) {
    List<Tensor> parts = a.tensors("list");
    Tensor first = parts.getFirst();
    int axis = a.axis("axis", first.rank());
    List<FreeSize> dims = new ArrayList<>(first.dims());
    for (Tensor part : parts) {
      if (part.rank() != first.rank() || part.value().dtype() != first.value().dtype()) {
        throw a.fault("concat(axis = " + a.get("axis").brief() + ") wants tensors of one dtype and rank, found "
            + first.shown() + " and " + part.shown(), "");
      }
      for (int i = 0; i < first.rank(); i++) {
        if (i != axis && part.size(i) != first.size(i)) {
          throw a.fault("concat(axis = " + a.get("axis").brief() + "): axis " + i + " must agree, found "
              + first.size(i) + " and " + part.size(i), "");
        }
        dims.set(i, dims.get(i) == null ? part.dims().get(i) : dims.get(i));
      }
    }
    FreeSize joined = parts.size() > 1 && dims.get(axis) != null ? dims.get(axis).derived() : dims.get(axis);
    dims.set(axis, joined);
    return new Tensor(a.builder().concat(parts.stream().map(Tensor::value).toList(), axis), dims);
  }

  private static Datum stack(Arguments a) {
    List<Tensor> parts = a.tensors("list");
    Tensor first = parts.getFirst();
    int axis = a.axis("axis", first.rank() + 1);
    List<Value> widened = new ArrayList<>();
    for (Tensor part : parts) {
      if (!part.value().type().equals(first.value().type())) {
        throw a.fault("`stack` wants tensors of one type, found " + first.shown() + " and " + part.shown(), "");
      }
      List<Long> sizes = new ArrayList<>(Arrays.stream(part.value().shape().sizes()).boxed().toList());
      sizes.add(axis, 1L);
      widened.add(a.builder().reshape(part.value(), Shape.of(sizes.stream().mapToLong(Long::longValue).toArray())));
    }
    List<FreeSize> dims = new ArrayList<>(first.dims());
    dims.add(axis, null);
    return new Tensor(a.builder().concat(widened, axis), dims);
  }

  private static Datum split(Arguments a) {
    Tensor x = a.tensor("x");
    int axis = a.axis("axis", x.rank());
    List<Long> sizes = new ArrayList<>();
    if (a.get("parts") instanceof Many) {
      a.sizes("parts", 1).forEach(size -> sizes.add(size.value()));
    } else {
      int parts = a.small("parts", 1);
      sizes.addAll(Collections.nCopies(parts, x.size(axis) % parts == 0 ? x.size(axis) / parts : 0));
    }
    if (sizes.stream().mapToLong(Long::longValue).sum() != x.size(axis) || sizes.contains(0L)) {
      return a.fail("parts", "parts that make up axis " + axis + " of " + x.shown() + " exactly");
    }
    List<FreeSize> dims = new ArrayList<>(x.dims());
    dims.set(axis, sizes.size() > 1 && dims.get(axis) != null ? dims.get(axis).derived() : dims.get(axis));
    List<Datum> parts = new ArrayList<>();
    long start = 0;
    for (long size : sizes) {
      parts.add(new Tensor(a.builder().slice(x.value(), axis, start, size), dims));
      start += size;
    }
    return new Many(parts);
  }

  private static Datum pad(Arguments a) {
    Tensor x = a.tensor("x");
    List<List<Integer>> amounts = a.pairs("amounts", x.rank());
    List<Long> starts = amounts.getFirst().stream().map(Integer::longValue).toList();
    long[] sizes = x.value().shape().sizes();
    List<FreeSize> dims = new ArrayList<>(x.dims());
    for (int i = 0; i < sizes.length; i++) {
      long more = starts.get(i) + amounts.getLast().get(i);
      dims.set(i, more > 0 && dims.get(i) != null ? dims.get(i).derived() : dims.get(i));
      sizes[i] += more;
    }
    Value padded = switch (a.text("mode")) {
      case "constant" -> a.builder().apply(new Pad(Shape.of(sizes), starts, Collections.nCopies(x.rank(), 1L),
          a.real("value")), x.value());
      case "edge" -> read(a, x, starts, sizes, (place, size) -> Math.clamp(place, 0, size - 1));
      case "reflect" -> read(a, x, starts, sizes, (place, size) -> {
        long period = Math.max(1, 2 * (size - 1));
        long at = Math.floorMod(place, period);
        return Math.min(at, period - at);
      });
      default -> a.fail("mode", "\"constant\", \"edge\" or \"reflect\"");
    };
    return new Tensor(padded, dims);
  }

  /** Reads each axis from {@code -start} on up to its new size, at what a place before or behind it stands for. */
  private static Value read(Arguments a, Tensor x, List<Long> starts, long[] sizes, LongBinaryOperator place) {
    Value result = x.value();
    for (int axis = 0; axis < sizes.length; axis++) {
      long size = x.size(axis);
      long start = starts.get(axis);
      if (sizes[axis] != size) {
        if (size == 0 || sizes[axis] > Arguments.LONGEST_LIST) {
          return a.fail("amounts", "axes of 1 to " + Arguments.LONGEST_LIST + " elements");
        }
        double[] places = LongStream.range(0, sizes[axis])
            .mapToDouble(i -> place.applyAsLong(i - start, size)).toArray();
        Value index = a.builder().table(TensorType.of(DType.I32, sizes[axis]), places);
        result = a.builder().apply(new Gather(axis, 0), result, index);
      }
    }
    return result;
  }

  private static Datum flip(Arguments a) {
    Tensor x = a.tensor("x");
    List<Integer> axes = a.axes("axis", x.rank());
    List<Long> starts = new ArrayList<>();
    List<Long> steps = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      boolean flipped = axes.contains(i) && x.size(i) > 0;
      starts.add(flipped ? x.size(i) - 1 : 0);
      steps.add(flipped ? -1L : 1L);
    }
    List<Long> sizes = Arrays.stream(x.value().shape().sizes()).boxed().toList();
    return ElementwiseFunctions.same(x, v -> a.builder().apply(new Slice(starts, sizes, steps), v));
  }

  private static Datum gather(Arguments a) {
    Tensor x = a.tensor("x");
    Tensor index = a.tensor("index");
    if (index.value().dtype() != DType.I32) {
      return a.fail("index", "a tensor of i32");
    }
    int axis = a.axis("axis", x.rank());
    int batch = a.small("batch", 0);
    Value found = a.builder().apply(new Gather(axis, batch), x.value(), index.value());
    List<FreeSize> dims = new ArrayList<>(x.dims().subList(0, axis));
    dims.addAll(index.dims().subList(batch, index.rank()));
    dims.addAll(x.dims().subList(axis + 1, x.rank()));
    return new Tensor(found, dims);
  }
}
