package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.KernelSpec.Fold;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Emits values: applies ops, expands composites, and gives the arithmetic in which gradients and layers are written.
 * What is applied twice to the same operands is one node; identities vanish; constants fold.
 *
 * <p>Elementwise methods broadcast by NumPy's rule. Not safe for use by several threads.
 */
public final class Builder {
  /** Constants up to this many elements are folded. */
  private static final int FOLDED = 1024;

  private final Map<Key, Node> nodes = new HashMap<>();
  private String origin = "";
  private Frame frame;

  /** A builder that knows no node yet; values of others may be used with it. */
  public Builder() {}

  /** Structural identity of a node: equal ops on the same operands are one node. */
  private record Key(Op.Primitive op, List<Value> in) {}

  /** Runs {@code body} with new nodes marked as coming from {@code place}, where that is not empty. */
  public <T> T at(String place, Supplier<T> body) {
    var outer = origin;
    origin = place.isEmpty() ? outer : place;
    try {
      return body.get();
    } finally {
      origin = outer;
    }
  }

  /** Runs {@code body} with new nodes marked as made in a call. */
  public <T> T in(String call, String place, Supplier<T> body) {
    var outer = frame;
    frame = new Frame(call, place, outer);
    try {
      return body.get();
    } finally {
      frame = outer;
    }
  }

  /** Applies a primitive, or the expansion of a composite. */
  public List<Value> apply(Op op, List<Value> in) {
    return switch (op) {
      case Op.Composite composite -> composite.expand(this, in);
      case Op.Primitive primitive -> primitive(primitive, in);
    };
  }

  /** Applies an op of one result. */
  public Value apply(Op op, Value... in) {
    var results = apply(op, List.of(in));
    if (results.size() != 1) {
      throw new IllegalArgumentException(op.label() + " gives " + results.size() + " results");
    }
    return results.getFirst();
  }

  private List<Value> primitive(Op.Primitive op, List<Value> in) {
    var key = new Key(op, List.copyOf(in));
    var known = nodes.get(key);
    if (known != null) {
      return known.outputs();
    }
    var node = new Node(op, in, origin, frame);
    var simpler = op.simplify(this, in);
    if (simpler == null) {
      simpler = folded(node);
    }
    if (simpler != null) {
      return List.of(simpler);
    }
    nodes.put(key, node);
    return node.outputs();
  }

  private Value folded(Node node) {
    if (node.inputs().isEmpty() || node.outputs().size() != 1
        || !node.inputs().stream().allMatch(v -> v.node().op() instanceof Constant)) {
      return null;
    }
    boolean uniform = isElementwise(node.op())
        && node.inputs().stream().allMatch(v -> ((Constant) v.node().op()).isUniform());
    var type = node.outputs().getFirst().type();
    if (uniform) {
      var scalars = node.inputs().stream()
          .map(v -> Reference.of(TensorType.scalar(v.dtype()), ((Constant) v.node().op()).value())).toList();
      var result = Evaluator.apply(node.op(), scalars, List.of(TensorType.scalar(type.dtype()))).getFirst();
      return constant(type, result.rounded().at(0));
    }
    long largest = node.inputs().stream().mapToLong(v -> v.shape().elements()).max().orElse(0);
    if (Math.max(largest, type.shape().elements()) > FOLDED || node.op() instanceof Scan) {
      return null;
    }
    var operands = new ArrayList<Reference>();
    for (var v : node.inputs()) {
      operands.add(Evaluator.apply(v.node().op(), List.of(), List.of(v.type())).getFirst());
    }
    return table(type, Evaluator.apply(node.op(), operands, List.of(type)).getFirst().rounded().data());
  }

  private static boolean isElementwise(Op.Primitive op) {
    return op instanceof Unary || op instanceof Binary || op instanceof Select || op instanceof Cast;
  }

  /** Whether {@code v} is a constant of {@code value} everywhere. */
  static boolean isUniform(Value v, double value) {
    return v.node().op() instanceof Constant c && c.isUniform() && c.value() == value;
  }

  // Leaves.

  /** A value that comes from outside, of that type. */
  public Value source(String name, Source.Role role, TensorType type) {
    return apply(new Source(name, role, type));
  }

  /** {@code value} everywhere. */
  public Value constant(TensorType type, double value) {
    return apply(Constant.of(type, value));
  }

  /** A small tensor of given numbers, row-major. */
  public Value table(TensorType type, double... values) {
    boolean uniform = values.length > 0 && Arrays.stream(values).allMatch(v -> v == values[0]);
    return uniform ? constant(type, values[0]) : apply(new Constant(type, Arrays.stream(values).boxed().toList()));
  }

  /** A constant of {@code x}'s type. */
  public Value like(Value x, double value) {
    return constant(x.type(), value);
  }

  /** The position along an axis: i32. */
  public Value index(Shape shape, int axis) {
    return apply(new Index(shape, shape.axis(axis)));
  }

  // Elementwise.

  /** fn(x), of the shape of x. */
  public Value unary(UnaryFn fn, Value x) {
    return apply(new Unary(fn), x);
  }

  /** Broadcasts the operands and applies {@code fn}. */
  public Value binary(BinaryFn fn, Value x, Value y) {
    var shape = Types.broadcast(x.shape(), y.shape());
    if (shape == null) {
      throw new ShapeException(new Binary(fn), List.of(x.type(), y.type()), "the shapes do not broadcast");
    }
    return apply(new Binary(fn), broadcast(x, shape), broadcast(y, shape));
  }

  /** x + y. */
  public Value add(Value x, Value y) {
    return binary(BinaryFn.ADD, x, y);
  }

  /** x + y. */
  public Value add(Value x, double y) {
    return add(x, like(x, y));
  }

  /** x − y. */
  public Value sub(Value x, Value y) {
    return binary(BinaryFn.SUB, x, y);
  }

  /** x − y. */
  public Value sub(Value x, double y) {
    return sub(x, like(x, y));
  }

  /** x · y. */
  public Value mul(Value x, Value y) {
    return binary(BinaryFn.MUL, x, y);
  }

  /** x · y. */
  public Value mul(Value x, double y) {
    return mul(x, like(x, y));
  }

  /** x / y; floats. */
  public Value div(Value x, Value y) {
    return binary(BinaryFn.DIV, x, y);
  }

  /** xʸ; floats. */
  public Value pow(Value x, Value y) {
    return binary(BinaryFn.POW, x, y);
  }

  /** The smaller of x and y; NaN if either is. */
  public Value minimum(Value x, Value y) {
    return binary(BinaryFn.MIN, x, y);
  }

  /** The larger of x and y; NaN if either is. */
  public Value maximum(Value x, Value y) {
    return binary(BinaryFn.MAX, x, y);
  }

  /** max(x, 0). */
  public Value relu(Value x) {
    return maximum(x, like(x, 0));
  }

  /** x = y, as bools. */
  public Value equal(Value x, Value y) {
    return binary(BinaryFn.EQUAL, x, y);
  }

  /** x &lt; y, as bools. */
  public Value less(Value x, Value y) {
    return binary(BinaryFn.LESS, x, y);
  }

  /** x ≤ y, as bools. */
  public Value lessEqual(Value x, Value y) {
    return binary(BinaryFn.LESS_EQUAL, x, y);
  }

  /** x &gt; y, as bools. */
  public Value greater(Value x, Value y) {
    return binary(BinaryFn.GREATER, x, y);
  }

  /** x ≥ y, as bools. */
  public Value greaterEqual(Value x, Value y) {
    return binary(BinaryFn.GREATER_EQUAL, x, y);
  }

  /** Whether both hold; bools. */
  public Value and(Value x, Value y) {
    return binary(BinaryFn.AND, x, y);
  }

  /** −x. */
  public Value neg(Value x) {
    return unary(UnaryFn.NEG, x);
  }

  /** √x. */
  public Value sqrt(Value x) {
    return unary(UnaryFn.SQRT, x);
  }

  /** eˣ. */
  public Value exp(Value x) {
    return unary(UnaryFn.EXP, x);
  }

  /** ln x. */
  public Value log(Value x) {
    return unary(UnaryFn.LOG, x);
  }

  /** tanh x. */
  public Value tanh(Value x) {
    return unary(UnaryFn.TANH, x);
  }

  /** 1 / (1 + e⁻ˣ). */
  public Value sigmoid(Value x) {
    return unary(UnaryFn.SIGMOID, x);
  }

  /** {@code condition ? x : y}, broadcast. */
  public Value select(Value condition, Value x, Value y) {
    var shape = Types.broadcast(x.shape(), y.shape());
    shape = shape == null ? null : Types.broadcast(shape, condition.shape());
    if (shape == null) {
      throw new ShapeException(new Select(), List.of(condition.type(), x.type(), y.type()),
          "the shapes do not broadcast");
    }
    return apply(new Select(), broadcast(condition, shape), broadcast(x, shape), broadcast(y, shape));
  }

  /** x in another dtype: see {@link Cast}. */
  public Value cast(Value x, DType dtype) {
    return apply(new Cast(dtype), x);
  }

  /** x, through which no gradient flows. */
  public Value stopGradient(Value x) {
    return apply(new StopGradient(), x);
  }

  // Moves.

  /** x repeated along axes of size 1, and along new ones before its own, to {@code shape}: NumPy's rule. */
  public Value broadcast(Value x, Shape shape) {
    return x.shape().equals(shape) ? x : apply(new Broadcast(shape), x);
  }

  /** The elements of x in row-major order under another shape. */
  public Value reshape(Value x, Shape shape) {
    return apply(new Reshape(shape), x);
  }

  /** Axis i of the result is axis order[i] of x. */
  public Value transpose(Value x, List<Integer> order) {
    return apply(new Transpose(order), x);
  }

  /** Swaps the last two axes. */
  public Value transposeLast(Value x) {
    var order = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
    order.set(x.rank() - 1, x.rank() - 2);
    order.set(x.rank() - 2, x.rank() - 1);
    return transpose(x, order);
  }

  /** {@code size} positions of one axis from {@code start}. */
  public Value slice(Value x, int axis, long start, long size) {
    int at = x.shape().axis(axis);
    var starts = new Long[x.rank()];
    Arrays.fill(starts, 0L);
    starts[at] = start;
    var sizes = Arrays.stream(Types.with(x.shape(), at, size).sizes()).boxed().toList();
    return apply(new Slice(List.of(starts), sizes, java.util.Collections.nCopies(x.rank(), 1L)), x);
  }

  /** The parts behind each other along {@code axis}; their other sizes agree. */
  public Value concat(List<Value> parts, int axis) {
    return apply(new Concat(parts.getFirst().shape().axis(axis)), parts).getFirst();
  }

  // Reductions.

  /** Folds over axes, which keep size 1 or are dropped. */
  public Value reduce(Fold fold, Value x, List<Integer> axes, boolean keep) {
    var sorted = axes.stream().map(x.shape()::axis).sorted().distinct().toList();
    var reduced = apply(new Reduce(fold, sorted), x);
    return keep ? reduced : dropAxes(reduced, sorted);
  }

  private Value dropAxes(Value x, List<Integer> axes) {
    var sizes = IntStream.range(0, x.rank()).filter(i -> !axes.contains(i)).mapToLong(x.shape()::size).toArray();
    return reshape(x, Shape.of(sizes));
  }

  /** Σ x over axes, which keep size 1 or are dropped; integers are summed in i64. */
  public Value sum(Value x, List<Integer> axes, boolean keep) {
    return reduce(Fold.SUM, x, axes, keep);
  }

  /** The largest of x over axes, which keep size 1 or are dropped. */
  public Value max(Value x, List<Integer> axes, boolean keep) {
    return reduce(Fold.MAX, x, axes, keep);
  }

  /** Σ x / count over axes, which keep size 1 or are dropped; floats. */
  public Value mean(Value x, List<Integer> axes, boolean keep) {
    long count = axes.stream().map(x.shape()::axis).distinct().mapToLong(x.shape()::size).reduce(1, (p, q) -> p * q);
    return mul(sum(x, axes, keep), 1.0 / count);
  }

  /** Every axis of x. */
  public static List<Integer> allAxes(Value x) {
    return IntStream.range(0, x.rank()).boxed().toList();
  }

  /** The position of the largest, or smallest, element along an axis, which is dropped: i32. */
  public Value argReduce(boolean largest, Value x, int axis) {
    int at = x.shape().axis(axis);
    return dropAxes(apply(new ArgReduce(largest, at), x), List.of(at));
  }

  // Products.

  /** a[…, m, k] · b[…, k, n] with leading axes broadcast; a b of rank 2 serves all rows of a at once. */
  public Value matmul(Value a, Value b) {
    if (a.rank() < 2 || b.rank() < 2) {
      throw new ShapeException(new MatMul(), List.of(a.type(), b.type()), "wants at least two axes");
    }
    if (a.rank() > 2 && b.rank() == 2) {
      long columns = a.shape().size(-1);
      long rows = Arrays.stream(a.shape().sizes(), 0, a.rank() - 1).reduce(1, Math::multiplyExact);
      var product = apply(new MatMul(), reshape(a, Shape.of(rows, columns)), b);
      return reshape(product, Types.with(a.shape(), a.rank() - 1, b.shape().size(1)));
    }
    var leading = Types.broadcast(leading(a), leading(b));
    if (leading == null) {
      throw new ShapeException(new MatMul(), List.of(a.type(), b.type()), "the leading axes do not broadcast");
    }
    return apply(new MatMul(), broadcast(a, extended(leading, a)), broadcast(b, extended(leading, b)));
  }

  private static Shape leading(Value v) {
    return Shape.of(Arrays.copyOf(v.shape().sizes(), v.rank() - 2));
  }

  private static Shape extended(Shape leading, Value v) {
    var sizes = Arrays.copyOf(leading.sizes(), leading.rank() + 2);
    sizes[leading.rank()] = v.shape().size(-2);
    sizes[leading.rank() + 1] = v.shape().size(-1);
    return Shape.of(sizes);
  }

  /** x [N, C, spatial…] with weight [F, C / groups, kernel…]. */
  public Value convolve(Value x, Value weight, Geometry geometry, int groups) {
    return apply(new Convolve(Convolve.Role.OUTPUT, x.shape(), weight.shape(), geometry, groups), x, weight);
  }

  /** A loop, less what needs none: products of what is the same in every turn are taken over all turns at once. */
  public List<Value> scan(Scan scan, List<Value> in) {
    return ScanFission.apply(this, scan, in);
  }

  /** The gradient of a number with respect to each of {@code xs}: see {@link Differentiate}. */
  public List<Value> gradients(Value y, List<Value> xs) {
    return Differentiate.gradients(this, y, xs);
  }
}
