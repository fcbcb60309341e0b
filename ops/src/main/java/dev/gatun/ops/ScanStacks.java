package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A turn's values as they are over all turns at once, with an axis of turns in front: what an op gives turn by turn,
 * computed on stacks. Every result has the bits that the turn would give it.
 */
final class ScanStacks {
  private final Builder b;
  private final long length;
  private final Map<Value, Value> stacks = new HashMap<>();
  private final Map<Value, Value> invariants = new HashMap<>();

  ScanStacks(Builder b, long length) {
    this.b = b;
    this.length = length;
  }

  static Shape stacked(long length, Shape shape) {
    return Shape.of(LongStream.concat(LongStream.of(length), Arrays.stream(shape.sizes())).toArray());
  }

  /** Gives a value of the turn its stack, [length, …]. */
  void put(Value value, Value stack) {
    stacks.put(value, stack);
  }

  /** Gives a value that is the same in every turn its counterpart outside the loop. */
  void putInvariant(Value value, Value outer) {
    invariants.put(value, outer);
  }

  /** The stack of a value; null if it has none. */
  Value stack(Value value) {
    return stacks.get(value);
  }

  /** The counterpart of a value that is the same in every turn; null if it has none. */
  Value invariant(Value value) {
    return invariants.get(value);
  }

  /** Computes a node that is the same in every turn outside the loop. */
  void emitInvariant(Node node) {
    Graph.copyInto(b, node, node.op(), invariants);
  }

  /** Whether {@link #emit} knows the op. */
  static boolean covers(Op.Primitive op) {
    return switch (op) {
      case Unary _, Binary _, Select _, Cast _, StopGradient _, Broadcast _, Reshape _, Transpose _, Slice _, Pad _,
          Concat _, Reduce _, MatMul _ -> true;
      case Source _, Constant _, Index _, Random _, ArgReduce _, ArgSort _, Cholesky _, TriangularSolve _, Lu _, Qr _,
          Eigh _, Svd _, Convolve _, MaxPool _, Unpool _, SumPool _, Gather _, ScatterAdd _, Scan _ -> false;
    };
  }

  /** Computes a node that {@link #covers} knows on the stacks of its operands. */
  void emit(Node node) {
    var in = node.inputs();
    var shape = stacked(length, node.outputs().getFirst().shape());
    put(node.outputs().getFirst(), switch (node.op()) {
      case MatMul _ -> b.matmul(given(in.get(0)), given(in.get(1)));
      case Broadcast _ -> b.broadcast(b.reshape(full(in.getFirst()), aligned(in.getFirst().shape(), shape)), shape);
      case Reshape _ -> b.reshape(full(in.getFirst()), shape);
      case Transpose transpose -> b.transpose(full(in.getFirst()),
          Stream.concat(Stream.of(0), transpose.order().stream().map(axis -> axis + 1)).toList());
      case Slice s -> b.apply(new Slice(with(0, s.start()), with(length, s.size()), with(1, s.step())),
          full(in.getFirst()));
      case Pad p -> b.apply(new Pad(shape, with(0, p.start()), with(1, p.step()), p.fill()), full(in.getFirst()));
      case Concat concat -> b.concat(in.stream().map(this::full).toList(), concat.axis() + 1);
      case Reduce reduce -> b.apply(new Reduce(reduce.fold(), reduce.axes().stream().map(axis -> axis + 1).toList()),
          full(in.getFirst()));
      default -> b.apply(node.op(), in.stream().map(this::full).toArray(Value[]::new));
    });
  }

  private Value given(Value value) {
    var stack = stacks.get(value);
    return stack == null ? invariants.get(value) : stack;
  }

  /** The stack of a value; one that is the same in every turn is repeated. */
  private Value full(Value value) {
    var stack = stacks.get(value);
    return stack == null ? b.broadcast(invariants.get(value), stacked(length, value.shape())) : stack;
  }

  /** A stack's shape with sizes of 1 behind the axis of turns, so that it has the rank of {@code to}. */
  private Shape aligned(Shape turn, Shape to) {
    var sizes = new long[to.rank()];
    Arrays.fill(sizes, 1);
    sizes[0] = length;
    System.arraycopy(turn.sizes(), 0, sizes, sizes.length - turn.rank(), turn.rank());
    return Shape.of(sizes);
  }

  private static List<Long> with(long first, List<Long> rest) {
    return Stream.concat(Stream.of(first), rest.stream()).toList();
  }
}
