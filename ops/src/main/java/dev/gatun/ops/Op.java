package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.List;
import java.util.Locale;

/**
 * An operation: attributes only, no state. Each op is one record that declares its type rule, meaning, lowering and
 * gradient beside each other; the sealed hierarchy is the registry.
 */
public sealed interface Op {

  /** The op in one word, as errors and plans print it: {@code reduce}. */
  default String word() {
    return snakeCase(getClass().getSimpleName());
  }

  /** The op with its attributes: {@code reduce(sum, axes=[1])}. */
  default String label() {
    var text = toString();
    int open = text.indexOf('[');
    if (open < 0) {
      return snakeCase(text);
    }
    var attributes = text.substring(open + 1, text.length() - 1);
    return word() + (attributes.isEmpty() ? "" : "(" + attributes + ")");
  }

  private static String snakeCase(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  /** An op with its own meaning, lowering and gradient. */
  sealed interface Primitive extends Op
      permits Source, Constant, Index, Random, Unary, Binary, Select, Cast, StopGradient, Broadcast, Reshape,
          Transpose, Slice, Pad, Concat, Reduce, ArgReduce, ArgSort, MatMul, Convolve, MaxPool, Unpool, SumPool,
          Cholesky, TriangularSolve, Lu, Qr, Eigh, Svd, Gather, ScatterAdd, Scan {

    /**
     * The types of the results.
     *
     * @throws ShapeException naming op, attributes and every operand
     */
    List<TensorType> infer(List<TensorType> in);

    /** The meaning, by plain loops in double; never derived from the lowering. */
    void define(List<Reference> in, List<Reference> out);

    /** What a machine is to compute. */
    KernelSpec lower(Call call);

    /** The form used on a differentiated path: the same results first, then what {@link #vjp} reads. */
    default Primitive withResiduals() {
      return this;
    }

    /**
     * Emits the gradient with respect to each operand; null where nothing flows.
     *
     * @param call this op applied (in its {@link #withResiduals} form)
     * @param dOut the gradient of each result; null where none arrives
     */
    List<Value> vjp(Builder b, Call call, List<Value> dOut);

    /** A cheaper value that equals the single result, or null; tried whenever the op is applied. */
    default Value simplify(Builder b, List<Value> in) {
      return null;
    }

    /** This op on operands whose floats are {@code dtype}: differs where an attribute names a dtype. */
    default Primitive withFloat(DType dtype) {
      return this;
    }
  }

  /** An op that means exactly its expansion into others; expanded when applied. */
  sealed interface Composite extends Op
      permits Softmax, LogSoftmax, CrossEntropy, Gelu, Moments, Dropout, OneHot, Attend, Write, AveragePool {

    List<Value> expand(Builder b, List<Value> in);
  }

  /** A primitive applied to operands, with the results that they gave. */
  record Call(Primitive op, List<Value> in, List<Value> out) {
    public static Call of(Node node) {
      return new Call(node.op(), node.inputs(), node.outputs());
    }

    public Value in(int index) {
      return in.get(index);
    }

    public Value out(int index) {
      return out.get(index);
    }

    public List<TensorType> inTypes() {
      return Node.types(in);
    }

    public List<TensorType> outTypes() {
      return Node.types(out);
    }
  }
}
