package dev.gatun.graph;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.ArgReduce;
import dev.gatun.ops.ArgSort;
import dev.gatun.ops.Binary;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Broadcast;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Cast;
import dev.gatun.ops.Cholesky;
import dev.gatun.ops.Concat;
import dev.gatun.ops.Constant;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Eigh;
import dev.gatun.ops.Gather;
import dev.gatun.ops.Geometry;
import dev.gatun.ops.Index;
import dev.gatun.ops.KernelSpec.Fold;
import dev.gatun.ops.Lu;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.MaxPool;
import dev.gatun.ops.Op;
import dev.gatun.ops.Pad;
import dev.gatun.ops.Qr;
import dev.gatun.ops.Random;
import dev.gatun.ops.Reduce;
import dev.gatun.ops.Reshape;
import dev.gatun.ops.Scan;
import dev.gatun.ops.ScatterAdd;
import dev.gatun.ops.Select;
import dev.gatun.ops.Slice;
import dev.gatun.ops.Source;
import dev.gatun.ops.StopGradient;
import dev.gatun.ops.SumPool;
import dev.gatun.ops.Svd;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Transpose;
import dev.gatun.ops.TriangularSolve;
import dev.gatun.ops.Unary;
import dev.gatun.ops.UnaryFn;
import dev.gatun.ops.Unpool;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Draws applications of every primitive: attributes, operand types, and values in the op's domain away from its kinks.
 */
final class OpCases {
  /** Sizes at which kernels change path: none, one, the lane counts and their neighbours, odd primes. */
  private static final long[] SIZES = {0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 37};

  /** An op with the types and row-major values of its operands. */
  record Case(Op.Primitive op, List<TensorType> types, List<double[]> values) {}

  private final java.util.Random random;
  private final DType dtype;
  /** Spatial axes of windows and images. */
  private final int axes;

  private OpCases(long seed, DType dtype) {
    random = new java.util.Random(seed);
    this.dtype = dtype;
    axes = List.of(1, 2, 2, 2, 3).get(random.nextInt(5));
  }

  /** A case of the op whose record has this simple name, on floats of {@code dtype}. */
  static Case draw(String op, long seed, DType dtype) {
    var cases = new OpCases(seed, dtype);
    return ALL.get(op).apply(cases);
  }

  /** Sources of a case's operands, whose values are added to a map by name. */
  static List<Value> sources(Builder b, Case drawn, Map<String, dev.gatun.ops.Reference> values) {
    var operands = new ArrayList<Value>();
    for (int i = 0; i < drawn.types().size(); i++) {
      operands.add(b.source("x" + i, Source.Role.INPUT, drawn.types().get(i)));
      values.put("x" + i, dev.gatun.ops.Reference.of(drawn.types().get(i), drawn.values().get(i)));
    }
    return operands;
  }

  /** The same case where a quarter of the floats are what floats have besides ordinary numbers. */
  static Case withSpecials(Case drawn, long seed) {
    var random = new java.util.Random(seed);
    var specials = new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0,
        Float.MIN_VALUE, -1e-40, 3e12, -7e15};
    var values = new ArrayList<double[]>();
    for (int i = 0; i < drawn.types.size(); i++) {
      boolean floats = drawn.types.get(i).dtype().isFloat();
      values.add(Arrays.stream(drawn.values.get(i)).map(x -> floats && random.nextInt(4) == 0
          ? (float) specials[random.nextInt(specials.length)] : x).toArray());
    }
    return new Case(drawn.op, drawn.types, values);
  }

  /** A shape of one to three axes, of sizes at the edges of vectors, and of some 2000 elements at most. */
  static Shape atLaneEdges(java.util.Random random) {
    long[] edges = {1, 2, 3, 7, 8, 9, 15, 16, 17, 33};
    var sizes = new long[1 + random.nextInt(3)];
    long left = 2000;
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.min(edges[random.nextInt(edges.length)], left);
      left = Math.max(1, left / sizes[i]);
    }
    return Shape.of(sizes);
  }

  /** Every primitive that can be applied, by the simple name of its record. */
  static final Map<String, Function<OpCases, Case>> ALL = all();

  private static Map<String, Function<OpCases, Case>> all() {
    var all = new LinkedHashMap<String, Function<OpCases, Case>>();
    all.put("Constant", c -> c.of(Constant.of(c.type(c.shape(5)), 0.75)));
    all.put("Index", c -> {
      var shape = c.positive(1 + c.random.nextInt(3));
      return c.of(new Index(shape, c.random.nextInt(shape.rank())));
    });
    all.put("Random", OpCases::randomDraw);
    all.put("Unary", OpCases::unary);
    all.put("Binary", OpCases::binary);
    all.put("Select", c -> {
      var shape = c.shape(5);
      return c.of(new Select(), new TensorType(DType.BOOL, shape), c.type(shape), c.type(shape));
    });
    all.put("Cast", c -> {
      var targets = List.of(DType.F32, DType.F64, DType.I32, DType.BOOL);
      return c.of(new Cast(targets.get(c.random.nextInt(4))), c.type(c.shape(5)));
    });
    all.put("StopGradient", c -> c.of(new StopGradient(), c.type(c.shape(5))));
    all.put("Broadcast", OpCases::broadcast);
    all.put("Reshape", c -> {
      var shape = c.shape(5);
      return c.of(new Reshape(Shape.of(1, shape.elements())), c.type(shape));
    });
    all.put("Transpose", c -> {
      var shape = c.shape(5);
      var order = new ArrayList<>(IntStream.range(0, shape.rank()).boxed().toList());
      Collections.shuffle(order, c.random);
      return c.of(new Transpose(order), c.type(shape));
    });
    all.put("Slice", OpCases::slice);
    all.put("Pad", OpCases::pad);
    all.put("Concat", OpCases::concat);
    all.put("Reduce", OpCases::reduce);
    all.put("ArgReduce", c -> {
      var shape = c.positive(1 + c.random.nextInt(3));
      return c.of(new ArgReduce(c.random.nextBoolean(), c.random.nextInt(shape.rank())), c.type(shape));
    });
    all.put("ArgSort", c -> {
      var shape = c.shape(5, 1);
      int most = c.random.nextBoolean() ? Integer.MAX_VALUE : c.random.nextInt(4);
      return c.of(new ArgSort(c.random.nextBoolean(), c.random.nextInt(shape.rank()), most), x -> Math.rint(4 * x) / 4,
          c.type(shape));
    });
    all.put("Cholesky", c -> {
      long n = c.order();
      return c.matrices(new Cholesky(), n, n, (i, j, x) -> i == j ? 2 * n + 3 + x : x);
    });
    all.put("TriangularSolve", OpCases::triangular);
    all.put("Lu", c -> {
      long n = c.order();
      long m = n + c.random.nextInt(4);
      long turn = c.random.nextInt(8);
      return c.matrices(new Lu(), m, n, (i, j, x) -> (i + turn) % m == j ? n + 2 + x : x);
    });
    all.put("Qr", c -> {
      long n = c.order();
      return c.matrices(new Qr(), n + c.random.nextInt(4), n, (i, j, x) -> i == j ? 3 + x : x);
    });
    // Values apart from one another, and vectors that lean to an axis.
    all.put("Eigh", c -> {
      long n = c.order();
      return c.matrices(new Eigh(), n, n, (i, j, x) -> i == j ? 1.5 * (i - 2) + 0.2 * x : 0.1 * x);
    });
    all.put("Svd", c -> {
      long n = c.order();
      return c.matrices(new Svd(), n + c.random.nextInt(4), n, (i, j, x) -> i == j ? 1 + 1.5 * i + 0.2 * x : 0.1 * x);
    });
    all.put("MatMul", OpCases::matMul);
    all.put("Convolve", OpCases::convolve);
    // Positions are known in a line and in a plane.
    all.put("MaxPool", c -> c.of(new MaxPool(c.window(), c.axes < 3 && c.random.nextBoolean()), c.type(c.image())));
    all.put("Unpool", OpCases::unpool);
    all.put("SumPool", c -> {
      var shape = c.image();
      var geometry = c.window();
      var pool = new SumPool(shape, geometry, false);
      boolean transposed = c.random.nextBoolean();
      return transposed ? c.of(new SumPool(shape, geometry, true), pool.infer(List.of(c.type(shape))).getFirst())
          : c.of(pool, c.type(shape));
    });
    all.put("Gather", c -> c.indexed(true));
    all.put("ScatterAdd", c -> c.indexed(false));
    all.put("Scan", OpCases::scan);
    return Collections.unmodifiableMap(all);
  }

  private Shape shape(int mostAxes) {
    return shape(mostAxes, 0);
  }

  private Shape shape(int mostAxes, int leastAxes) {
    var sizes = new long[leastAxes + random.nextInt(mostAxes + 1 - leastAxes)];
    long left = 4000;
    for (int i = 0; i < sizes.length; i++) {
      long size = SIZES[random.nextInt(SIZES.length)];
      sizes[i] = Math.min(size, Math.max(1, left));
      left /= Math.max(1, sizes[i]);
    }
    return Shape.of(sizes);
  }

  /** A shape of exactly {@code rank} axes, none of size 0. */
  private Shape positive(int rank) {
    long left = 4000;
    var sizes = new long[rank];
    for (int i = 0; i < rank; i++) {
      sizes[i] = Math.min(SIZES[1 + random.nextInt(SIZES.length - 1)], Math.max(1, left));
      left /= sizes[i];
    }
    return Shape.of(sizes);
  }

  private TensorType type(Shape shape) {
    return new TensorType(dtype, shape);
  }

  private Case of(Op.Primitive op, TensorType... types) {
    return of(op, x -> x, types);
  }

  private Case of(Op.Primitive op, DoubleUnaryOperator domain, TensorType... types) {
    var values = new ArrayList<double[]>();
    for (var type : types) {
      values.add(values(type, domain));
    }
    return new Case(op, List.of(types), values);
  }

  private double[] values(TensorType type, DoubleUnaryOperator domain) {
    int count = Math.toIntExact(type.shape().elements());
    if (!type.dtype().isFloat()) {
      return random.ints(count, 0, 2).asDoubleStream().toArray();
    }
    return random.doubles(count, -2, 2).map(domain).map(x -> (float) x).toArray();
  }

  private Case randomDraw() {
    var key = TensorType.scalar(DType.I32);
    var op = new Random(shape(3), random.nextInt(), random.nextBoolean() ? DType.I32 : dtype);
    return new Case(op, List.of(key, key), List.of(new double[] {random.nextInt()}, new double[] {random.nextInt()}));
  }

  private Case unary() {
    var fn = UnaryFn.values()[random.nextInt(UnaryFn.values().length)];
    if (fn == UnaryFn.NOT) {
      return of(new Unary(fn), new TensorType(DType.BOOL, shape(5)));
    }
    return of(new Unary(fn), x -> switch (fn) {
      case SQRT, LOG -> 0.2 + Math.abs(x);
      case LOG1P -> Math.abs(x);
      case ABS, SIGN, FLOOR, CEIL, ROUND -> Math.rint(x * 8) + 0.3;
      default -> x;
    }, type(shape(5)));
  }

  private Case binary() {
    var fn = BinaryFn.values()[random.nextInt(BinaryFn.values().length)];
    var shape = shape(5);
    if (fn.kind() == BinaryFn.Kind.LOGIC) {
      var bool = new TensorType(DType.BOOL, shape);
      return of(new Binary(fn), bool, bool);
    }
    var drawn = of(new Binary(fn), x -> switch (fn) {
      case POW, DIV, FLOOR_DIV, REM -> 0.3 + Math.abs(x);
      default -> x;
    }, type(shape), type(shape));
    if (fn == BinaryFn.FLOOR_DIV || fn == BinaryFn.REM) {
      keepFromWholeQuotients(drawn.values().get(0), drawn.values().get(1));
    }
    return drawn;
  }

  /** Where the quotient is a whole number the results jump, and no comparison in the graph tells of it. */
  private static void keepFromWholeQuotients(double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      double quotient = x[i] / y[i];
      double whole = Math.floor(quotient);
      x[i] = y[i] * (whole + 0.1 + 0.8 * (quotient - whole));
    }
  }

  private Case broadcast() {
    var to = shape(5);
    int dropped = to.rank() == 0 ? 0 : random.nextInt(to.rank());
    var sizes = Arrays.copyOfRange(to.sizes(), dropped, to.rank());
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = random.nextBoolean() ? 1 : sizes[i];
    }
    return of(new Broadcast(to), type(Shape.of(sizes)));
  }

  private Case slice() {
    var shape = positive(1 + random.nextInt(3));
    var start = new ArrayList<Long>();
    var size = new ArrayList<Long>();
    var step = new ArrayList<Long>();
    for (long n : shape.sizes()) {
      long stride = 1 + random.nextInt(3);
      long count = 1 + (n - 1) / stride - random.nextInt((int) (1 + (n - 1) / stride));
      boolean back = random.nextBoolean();
      start.add(back ? (count - 1) * stride : 0);
      size.add(count);
      step.add(back ? -stride : stride);
    }
    return of(new Slice(start, size, step), type(shape));
  }

  private Case pad() {
    var shape = positive(1 + random.nextInt(3));
    var start = new ArrayList<Long>();
    var step = new ArrayList<Long>();
    var to = new long[shape.rank()];
    for (int i = 0; i < to.length; i++) {
      start.add((long) random.nextInt(3));
      step.add(1L + random.nextInt(2));
      to[i] = start.get(i) + (shape.size(i) - 1) * step.get(i) + 1 + random.nextInt(3);
    }
    return of(new Pad(Shape.of(to), start, step, random.nextBoolean() ? 0 : 1.5), type(shape));
  }

  private Case concat() {
    var shape = positive(1 + random.nextInt(3));
    int axis = random.nextInt(shape.rank());
    var types = new TensorType[1 + random.nextInt(3)];
    for (int i = 0; i < types.length; i++) {
      var sizes = shape.sizes();
      sizes[axis] = random.nextInt(5);
      types[i] = type(Shape.of(sizes));
    }
    return of(new Concat(axis), types);
  }

  private Case reduce() {
    var shape = shape(5);
    var axes = IntStream.range(0, shape.rank()).filter(i -> random.nextBoolean()).boxed().toList();
    var fold = Fold.values()[random.nextInt(4)];
    if (fold == Fold.PRODUCT && shape.elements() > 60) {
      shape = Shape.of(3, 4);
      axes = List.of(random.nextInt(2));
    }
    return of(new Reduce(fold, axes), type(shape));
  }

  /** An entry of a matrix, from a number between −2 and 2. */
  private interface Entry {
    double of(long row, long column, double drawn);
  }

  private long order() {
    return List.of(0L, 1L, 2L, 3L, 5L, 8L).get(random.nextInt(6));
  }

  private Shape batched(long rows, long columns) {
    return switch (random.nextInt(3)) {
      case 0 -> Shape.of(rows, columns);
      case 1 -> Shape.of(random.nextInt(4), rows, columns);
      default -> Shape.of(2, 3, rows, columns);
    };
  }

  private double[] entries(Shape shape, Entry entry) {
    long rows = shape.size(-2);
    long columns = shape.size(-1);
    var values = new double[(int) shape.elements()];
    for (int at = 0; at < values.length; at++) {
      values[at] = (float) entry.of(at / columns % rows, at % columns, random.nextDouble(-2, 2));
    }
    return values;
  }

  private Case matrices(Op.Primitive op, long rows, long columns, Entry entry) {
    var shape = batched(rows, columns);
    return new Case(op, List.of(type(shape)), List.of(entries(shape, entry)));
  }

  private Case triangular() {
    long n = order();
    var shape = batched(n, n);
    var right = shape.sizes();
    right[right.length - 1] = 1 + random.nextInt(4);
    var x = type(Shape.of(right));
    return new Case(new TriangularSolve(random.nextBoolean()), List.of(type(shape), x),
        List.of(entries(shape, (i, j, drawn) -> i == j ? 3 + drawn : drawn / 2), values(x, v -> v)));
  }

  private Case matMul() {
    long m = SIZES[random.nextInt(SIZES.length)];
    long k = SIZES[random.nextInt(SIZES.length)];
    long n = SIZES[random.nextInt(SIZES.length)];
    if (random.nextBoolean()) {
      return of(new MatMul(), type(Shape.of(m, k)), type(Shape.of(k, n)));
    }
    long batch = random.nextInt(4);
    return of(new MatMul(), type(Shape.of(batch, m, k)), type(Shape.of(batch, k, n)));
  }

  private Geometry window() {
    int kernel = 1 + random.nextInt(3);
    int pad = random.nextInt(kernel);
    int stride = 1 + random.nextInt(3);
    int after = random.nextInt(kernel);
    int dilation = 1 + random.nextInt(2);
    return new Geometry(List.of(kernel, 2, 2).subList(0, axes), List.of(stride, 1 + random.nextInt(2), 1).subList(0, axes),
        List.of(pad, 0, 1).subList(0, axes), List.of(after, random.nextInt(2), 0).subList(0, axes),
        List.of(dilation, 1, 1).subList(0, axes));
  }

  private Shape image() {
    long batch = List.of(1L, 2L, 16L, 32L, 3L, 128L).get(random.nextInt(6));
    var sizes = new long[] {axes == 3 ? Math.min(3, batch) : batch, 1 + random.nextInt(5), 5 + random.nextInt(4),
        3 + random.nextInt(5), 2 + random.nextInt(3)};
    return Shape.of(Arrays.copyOf(sizes, axes + 2));
  }

  private Case convolve() {
    var role = Convolve.Role.values()[random.nextInt(3)];
    int groups = random.nextInt(4) == 0 ? 2 : 1;
    var image = image();
    var sizes = image.sizes();
    sizes[1] *= groups;
    var data = Shape.of(sizes);
    var geometry = window();
    long filters = groups * (1 + random.nextInt(20));
    var weight = Shape.of(LongStream.concat(LongStream.of(filters, image.size(1)),
        geometry.kernel().stream().mapToLong(Integer::longValue)).toArray());
    var op = new Convolve(role, data, weight, geometry, groups);
    return switch (role) {
      case OUTPUT -> of(op, type(data), type(weight));
      case DATA -> of(op, type(op.output()), type(weight));
      case WEIGHT -> of(op, type(data), type(op.output()));
    };
  }

  private Case unpool() {
    if (axes == 3) {
      return new OpCases(random.nextLong(), dtype).unpool();
    }
    var shape = image();
    var geometry = window();
    var data = type(shape);
    var pooled = dev.gatun.ops.Evaluator.apply(new MaxPool(geometry, true),
        List.of(dev.gatun.ops.Reference.of(data, values(data, x -> x))),
        new MaxPool(geometry, true).infer(List.of(data)));
    boolean transposed = random.nextBoolean();
    var first = transposed ? data : pooled.get(0).type();
    return new Case(new Unpool(shape, geometry, transposed), List.of(first, pooled.get(1).type()),
        List.of(values(first, x -> x), pooled.get(1).data()));
  }

  private Case indexed(boolean gather) {
    var shape = positive(2 + random.nextInt(2));
    int axis = random.nextInt(shape.rank());
    int batch = axis > 0 && random.nextBoolean() ? 1 : 0;
    var indexShape = batch == 1 ? Shape.of(shape.size(0), 5) : Shape.of(2, 3);
    var index = new TensorType(DType.I32, indexShape);
    var positions = random.ints(indexShape.elements(), 0, (int) shape.size(axis)).asDoubleStream().toArray();
    var x = type(shape);
    var part = new Gather(axis, batch).infer(List.of(x, index)).getFirst();
    return gather ? new Case(new Gather(axis, batch), List.of(x, index), List.of(values(x, v -> v), positions))
        : new Case(new ScatterAdd(shape, axis, batch), List.of(index, part), List.of(positions, values(part, v -> v)));
  }

  private Case scan() {
    var scan = ScanCases.draw(random, dtype);
    // Small operands: turns upon turns are so curved else that differences miss the slope.
    return of(scan, x -> 0.4 * x, ScanCases.operands(scan).toArray(TensorType[]::new));
  }
}
