package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Reads whole slices of x at positions of {@code axis}; the first {@code batch} axes of x and index go together:
 * out[b…, p…, i…, q…] = x[b…, p…, index[b…, i…], q…], where p are x's axes from {@code batch} to {@code axis}.
 */
public record Gather(int axis, int batch) implements Op.Primitive {
  /** The shape of a gather's result. */
  static Shape result(Shape x, Shape index, int axis, int batch) {
    return Shape.of(LongStream.concat(LongStream.concat(Arrays.stream(x.sizes(), 0, axis),
        Arrays.stream(index.sizes(), batch, index.rank())), Arrays.stream(x.sizes(), axis + 1, x.rank())).toArray());
  }

  /** Checks what gather and scatter share: an i32 index, and batch axes that agree. */
  static void check(Op op, List<TensorType> in, Shape x, TensorType index, int axis, int batch) {
    Types.require(index.dtype() == DType.I32, op, in, "wants an i32 index");
    Types.axis(op, in, axis, x.rank());
    Types.require(batch >= 0 && batch <= axis && batch <= index.shape().rank(), op, in,
        "batch must not pass the axis or the index's rank");
    for (int i = 0; i < batch; i++) {
      Types.require(x.size(i) == index.shape().size(i), op, in, "batch axis " + i + " must agree");
    }
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 2);
    check(this, in, in.get(0).shape(), in.get(1), axis, batch);
    return List.of(in.get(0).withShape(result(in.get(0).shape(), in.get(1).shape(), axis, batch)));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    walk(label(), in.get(0).type().shape(), in.get(1), axis, batch,
        (x, part) -> out.getFirst().set(part, in.get(0).at(x)));
  }

  /** Receives a row-major position in x and the one in the gathered tensor that belongs to it. */
  interface Pairs {
    void visit(long x, long part);
  }

  static void walk(String label, Shape x, Reference index, int axis, int batch, Pairs pairs) {
    var indexShape = index.type().shape();
    long batches = product(x, 0, batch);
    long before = product(x, batch, axis);
    long after = product(x, axis + 1, x.rank());
    long count = product(indexShape, batch, indexShape.rank());
    for (long b = 0; b < batches; b++) {
      for (long p = 0; p < before; p++) {
        for (long i = 0; i < count; i++) {
          long at = (long) index.at(b * count + i);
          if (at < 0 || at >= x.size(axis)) {
            throw new IndexException(label, at, x.size(axis));
          }
          for (long q = 0; q < after; q++) {
            pairs.visit(((b * before + p) * x.size(axis) + at) * after + q,
                ((b * before + p) * count + i) * after + q);
          }
        }
      }
    }
  }

  private static long product(Shape shape, int from, int to) {
    return Arrays.stream(shape.sizes(), from, to).reduce(1, Math::multiplyExact);
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var scatter = new ScatterAdd(call.in(0).shape(), axis, batch);
    return Arrays.asList(b.apply(scatter, call.in(1), dOut.getFirst()), null);
  }
}
