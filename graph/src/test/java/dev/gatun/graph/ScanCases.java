package dev.gatun.graph;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Scan;
import dev.gatun.ops.Source.Role;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Draws scans: one turn or several, forward or in reverse, with masks, products of all kinds and scans inside. */
final class ScanCases {
  private final Builder b = new Builder();
  private final Random random;
  private final DType dtype;
  private final long rows;
  private final long width;

  private ScanCases(Random random, DType dtype) {
    this.random = random;
    this.dtype = dtype;
    this.rows = 1 + random.nextInt(3);
    this.width = 1 + random.nextInt(9);
  }

  static Scan draw(Random random, DType dtype) {
    var cases = new ScanCases(random, dtype);
    var body = switch (random.nextInt(4)) {
      case 0 -> cases.cell();
      case 1 -> cases.masked();
      case 2 -> cases.nested();
      default -> cases.tied();
    };
    return new Scan(body, 1 + random.nextInt(4), random.nextBoolean());
  }

  /** The types of a scan's operands. */
  static List<TensorType> operands(Scan scan) {
    var body = scan.body();
    var slices = body.slices().stream().map(v -> v.type().withShape(Shape.of(
        LongStream.concat(LongStream.of(scan.length()), LongStream.of(v.shape().sizes())).toArray())));
    return Stream.concat(slices, Stream.concat(body.carries().stream(), body.captures().stream()).map(Value::type))
        .toList();
  }

  private Value formal(String name, long... sizes) {
    return b.source("scan." + name, Role.INPUT, new TensorType(dtype, Shape.of(sizes)));
  }

  /** h ← tanh(h · w + x), y = h ∘ x. */
  private Scan.Body cell() {
    var x = formal("x", rows, width);
    var h = formal("h", rows, width);
    var w = formal("w", width, width);
    var next = b.tanh(b.add(b.matmul(h, w), x));
    return new Scan.Body(List.of(x), List.of(h), List.of(w), List.of(b.mul(next, x)), List.of(next));
  }

  /** A product before the loop, one in it, one behind it with a bias and a mask, and what is the same in every turn. */
  private Scan.Body masked() {
    var x = formal("x", rows, 3, 2);
    var on = b.source("scan.on", Role.INPUT, TensorType.of(DType.BOOL, rows, 1));
    var h = formal("h", rows, width);
    var u = formal("u", 2, width);
    var w = formal("w", width, width);
    var v = formal("v", width, 2);
    var bias = formal("bias", width);
    var scale = b.mul(b.tanh(w), 0.5);
    var before = b.sum(b.matmul(b.tanh(x), u), List.of(1), false);
    var next = b.select(on, b.tanh(b.add(b.add(before, b.matmul(h, scale)), bias)), h);
    var logits = b.sigmoid(b.add(b.matmul(next, v), 0.25));
    var parts = b.concat(List.of(b.slice(logits, 1, 1, 1), b.slice(logits, 1, 0, 1)), 1);
    return new Scan.Body(List.of(x, on), List.of(h), List.of(u, w, v, bias),
        List.of(parts, b.transpose(logits, List.of(1, 0)), next), List.of(next));
  }

  /** One weight used twice in a turn, transposed the second time, and a capture that is no factor. */
  private Scan.Body tied() {
    var x = formal("x", rows, width);
    var h = formal("h", rows, width);
    var w = formal("w", width, width);
    var g = formal("g", rows, width);
    var inner = b.tanh(b.add(b.matmul(h, w), b.matmul(x, b.transposeLast(w))));
    return new Scan.Body(List.of(x), List.of(h), List.of(w, g), List.of(b.mul(h, g)),
        List.of(b.mul(b.matmul(inner, w), 0.5)));
  }

  /** A scan within: the inner one starts from the outer's state and slices what the outer slices. */
  private Scan.Body nested() {
    long steps = 1 + random.nextInt(3);
    var x = formal("x", steps, rows, width);
    var h = formal("h", rows, width);
    var w = formal("w", width, width);
    var u = formal("u", width, width);
    var innerX = formal("inner.x", rows, width);
    var innerH = formal("inner.h", rows, width);
    var innerW = formal("inner.w", width, width);
    var innerU = formal("inner.u", width, width);
    var innerNext = b.tanh(b.add(b.matmul(innerH, innerW), b.matmul(innerX, innerU)));
    var inner = new Scan(new Scan.Body(List.of(innerX), List.of(innerH), List.of(innerW, innerU),
        List.of(b.matmul(innerNext, innerU)), List.of(innerNext)), steps, random.nextBoolean());
    var operands = List.of(x, h, w, u);
    var results = random.nextBoolean() ? b.scan(inner, operands) : b.apply(inner, operands);
    var next = b.mul(b.add(results.get(1), h), 0.5);
    return new Scan.Body(List.of(x), List.of(h), List.of(w, u), List.of(results.get(0), b.matmul(next, w)),
        List.of(next));
  }
}
