package dev.gatun.simd;

import dev.gatun.memory.Shape;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.TensorType;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * A chain, entry by entry of its leading axes and block by block of its rows. What links only hand on lies in the
 * memory of the worker, and is small enough to stay in its caches; sums over rows grow block after block, so their
 * order is that of the whole product. A task is an entry, or some of its blocks where nothing is summed over them.
 */
final class ChainStep extends Step implements Team.Task {
  /** Rows of a block at least, as far as there are so many: products of fewer are slow. */
  private static final int FEWEST_ROWS = 32;
  /** Blocks are whole tiles high, whatever the machine's. */
  private static final int TILE_ROWS = 4;
  /** Tasks that keep all threads busy to the end. */
  private static final int TASKS = 8;

  private final KernelSpec.Chain chain;
  private final List<TensorType> values;
  private final List<Boolean> along;
  private final Crew crew;
  private final String origin;
  private final int rank;
  private final long[] entries;
  private final int rows;
  private final int blocks;
  private final int tasksOfEntry;
  private final int tasks;
  private final boolean shared;
  private final Hand[] hands;

  /** What one worker runs the chain with: the links on a whole block and on the last one. */
  private static final class Hand {
    private final Step[] whole;
    private final Step[] last;
    private final long[] turns;
    private final long[] origin;

    Hand(Step[] whole, Step[] last, int rank) {
      this.whole = whole;
      this.last = last;
      turns = new long[rank - 1];
      origin = new long[rank];
    }
  }

  ChainStep(KernelSpec.Chain chain, List<Located> in, List<Located> out, Crew crew, SegmentAllocator memory,
      String origin) {
    super(in, out);
    this.chain = chain;
    this.crew = crew;
    this.origin = origin;
    values = chain.values();
    along = chain.rowsOfValues();
    rank = values.getFirst().shape().rank();
    entries = new long[rank - 2];
    long count = 1;
    for (int axis = 0; axis < entries.length; axis++) {
      entries[axis] = values.getFirst().shape().size(axis);
      count *= entries[axis];
    }
    long all = values.get(along.indexOf(true)).shape().size(-2);
    long most = Math.clamp(Machine.detected().level2() / mostBytesOfRow(), Math.clamp(all, 1, FEWEST_ROWS),
        Math.max(1, all));
    rows = rowsOfBlock((int) all, most);
    blocks = rows == 0 ? 0 : Math.ceilDiv((int) all, rows);
    boolean sums = along.subList(chain.in().size(), along.size()).contains(false);
    tasksOfEntry = sums ? 1 : Math.clamp(Math.ceilDiv(TASKS, Math.max(1, count)), 1, Math.max(1, blocks));
    tasks = Math.toIntExact(count * tasksOfEntry);
    shared = multiplyAdds() >= ProductStep.WORTH_SHARING;
    hands = new Hand[crew.size()];
    int rest = (int) all - (blocks - 1) * rows;
    for (int worker = 0; worker < hands.length; worker++) {
      var places = places(in, out, memory);
      var whole = links(rows, places, worker, memory);
      hands[worker] = new Hand(whole, rest == rows ? whole : links(rest, places, worker, memory), rank);
    }
  }

  /** Rows of a block: blocks are about as high, in whole tiles unless there is one only, and none is empty. */
  static int rowsOfBlock(int all, long most) {
    int fewest = (int) Math.ceilDiv(all, most);
    return fewest <= 1 ? all : Math.ceilDiv(Math.ceilDiv(all, fewest), TILE_ROWS) * TILE_ROWS;
  }

  private double multiplyAdds() {
    return chain.links().stream().filter(link -> link.spec() instanceof KernelSpec.Direct)
        .mapToDouble(link -> link.spec().out().getFirst().shape().elements()
            * (double) link.spec().in().getFirst().shape().size(-1)).sum();
  }

  /** Whether a value is only handed on. */
  private boolean isInner(int value) {
    return value >= chain.in().size() && !chain.results().contains(value);
  }

  private int firstOf(int link) {
    int first = chain.in().size();
    for (int i = 0; i < link; i++) {
      first += chain.links().get(i).spec().out().size();
    }
    return first;
  }

  private boolean isReadFrom(int link, int value) {
    return chain.links().subList(link, chain.links().size()).stream().flatMap(l -> l.in().stream())
        .anyMatch(passed -> passed.value() == value);
  }

  private long bytesOfRow(int value) {
    var type = values.get(value);
    return Machine.rowBytes(type.shape().size(-1) * type.dtype().bytes());
  }

  /** Bytes of a row of all values together that are handed on at one time. */
  private long mostBytesOfRow() {
    long most = 1;
    for (int link = 0; link < chain.links().size(); link++) {
      long live = 0;
      int end = firstOf(link + 1);
      for (int value = chain.in().size(); value < end; value++) {
        boolean lives = value >= firstOf(link) ? takenOver(link, value) < 0 : isReadFrom(link, value);
        live += isInner(value) && lives ? bytesOfRow(value) : 0;
      }
      most = Math.max(most, live);
    }
    return most;
  }

  /**
   * The operand whose memory a result takes element by element, since nothing reads it after this link; −1 if there is
   * none. What a row kernel computes for its rows takes none: elements are read once more then.
   */
  private int takenOver(int link, int value) {
    var spec = chain.links().get(link).spec();
    int result = value - firstOf(link);
    int ofRows = spec instanceof KernelSpec.Row row ? row.rowExprs().size() : 0;
    if (spec instanceof KernelSpec.Direct || result != ofRows || !isInner(value)) {
      return -1;
    }
    var in = chain.links().get(link).in();
    return in.stream().filter(passed -> !passed.transposed()).mapToInt(KernelSpec.Passed::value)
        .filter(operand -> isInner(operand) && !isReadFrom(link + 1, operand)
            && in.stream().filter(passed -> passed.value() == operand).count() == 1
            && values.get(operand).equals(values.get(value))).findFirst().orElse(-1);
  }

  /**
   * Where the values lie for one worker, as wholes: operands and results where they are, what is handed on in memory
   * that it shares with values of other times.
   */
  private List<Located> places(List<Located> in, List<Located> out, SegmentAllocator memory) {
    var places = new ArrayList<>(in);
    long block = mostBytesOfRow() * rows;
    long base = memory.allocate(block, Machine.LINE).address();
    var taken = new ArrayList<long[]>();
    for (int link = 0; link < chain.links().size(); link++) {
      int from = link;
      taken.removeIf(place -> !isReadFrom(from, (int) place[2]));
      for (int value = firstOf(link); value < firstOf(link + 1); value++) {
        int result = chain.results().indexOf(value);
        if (result >= 0) {
          places.add(out.get(result));
          continue;
        }
        int operand = takenOver(link, value);
        int taker = value;
        if (operand >= 0) {
          places.add(places.get(operand));
          taken.stream().filter(place -> place[2] == operand).forEach(place -> place[2] = taker);
          continue;
        }
        long bytes = bytesOfRow(value) * rows;
        long start = firstGap(taken, bytes);
        taken.add(new long[] {start, start + bytes, value});
        long address = start + bytes <= block ? base + start : memory.allocate(bytes, Machine.LINE).address();
        places.add(new Located(address, values.get(value), innerStrides(value), new long[0]));
      }
    }
    return places;
  }

  /** Where so many bytes find room between those that are taken. */
  private static long firstGap(List<long[]> taken, long bytes) {
    long start = 0;
    boolean moved = true;
    while (moved) {
      moved = false;
      for (var place : taken) {
        if (start < place[1] && place[0] < start + bytes) {
          start = place[1];
          moved = true;
        }
      }
    }
    return start;
  }

  private long[] innerStrides(int value) {
    var strides = new long[rank];
    strides[rank - 2] = bytesOfRow(value);
    strides[rank - 1] = values.get(value).dtype().bytes();
    return strides;
  }

  /** The links on a block of so many rows. */
  private Step[] links(int count, List<Located> places, int worker, SegmentAllocator memory) {
    var alone = crew.alone(worker);
    var steps = new ArrayList<Step>();
    for (int i = 0; i < chain.links().size(); i++) {
      var link = chain.links().get(i);
      var in = new ArrayList<Located>();
      for (int operand = 0; operand < link.in().size(); operand++) {
        in.add(block(places, link.in().get(operand), link.spec().in().get(operand).shape().size(-1), count));
      }
      var out = new ArrayList<Located>();
      for (int value = firstOf(i); value < firstOf(i + 1); value++) {
        out.add(block(places, new KernelSpec.Passed(value, false), values.get(value).shape().size(-1), count));
      }
      steps.add(switch (link.spec()) {
        case KernelSpec.Map map -> new MapStep(new KernelSpec.Map(out.getFirst().type().shape(), types(in),
            map.exprs()), in, out, alone, origin);
        case KernelSpec.Row row -> new RowStep(new KernelSpec.Row(in.getFirst().type().shape(), row.axes(), types(in),
            row.folds(), row.rowExprs(), row.mapExprs()), in, out, alone, memory, origin);
        case KernelSpec.Direct _ -> product(link, in, out.getFirst(), count, alone, memory);
        default -> throw new IllegalStateException("a link of a chain is " + link.spec());
      });
    }
    return steps.toArray(new Step[0]);
  }

  private static List<TensorType> types(List<Located> located) {
    return located.stream().map(Located::type).toList();
  }

  private Step product(KernelSpec.Link link, List<Located> in, Located out, int count, Crew alone,
      SegmentAllocator memory) {
    var stays = new boolean[2];
    for (int i = 0; i < stays.length; i++) {
      stays[i] = blocks > 1 && count == rows && !along.get(link.in().get(i).value());
    }
    return new ChainProduct(in.get(0), in.get(1), out, (int) link.spec().out().getFirst().shape().size(-2),
        blocks > 1 && link.sumsRows(along), stays, alone, memory);
  }

  /** A value's part that belongs to a block of so many rows of one entry, moving with both, as wide as it is wanted. */
  private Located block(List<Located> places, KernelSpec.Passed passed, long columns, int count) {
    var whole = places.get(passed.value());
    boolean rowed = along.get(passed.value());
    boolean inner = isInner(passed.value());
    var sizes = whole.type().shape().sizes();
    var strides = whole.strides().clone();
    var advance = new long[rank - 1];
    for (int axis = 0; axis < rank - 2; axis++) {
      sizes[axis] = 1;
      advance[axis] = inner ? 0 : strides[axis];
    }
    if (rowed) {
      sizes[rank - 2] = count;
      advance[rank - 2] = inner ? 0 : rows * strides[rank - 2];
    }
    if (passed.transposed()) {
      swap(sizes);
      swap(strides);
    } else if (sizes[rank - 1] < columns) {
      sizes[rank - 1] = columns;
      strides[rank - 1] = 0;
    }
    return new Located(whole.address(), whole.type().withShape(Shape.of(sizes)), strides, advance);
  }

  private static void swap(long[] of) {
    long last = of[of.length - 1];
    of[of.length - 1] = of[of.length - 2];
    of[of.length - 2] = last;
  }

  @Override
  void run() {
    crew.run(shared, tasks, this);
  }

  @Override
  public void run(int task, int worker) {
    var hand = hands[worker];
    long rest = task / tasksOfEntry;
    for (int axis = entries.length - 1; axis >= 0; axis--) {
      hand.turns[axis] = hand.origin[axis] = rest % entries[axis];
      rest /= entries[axis];
    }
    int part = task % tasksOfEntry;
    int first = (int) ((long) blocks * part / tasksOfEntry);
    int end = (int) ((long) blocks * (part + 1) / tasksOfEntry);
    for (int block = first; block < end; block++) {
      hand.turns[rank - 2] = block;
      hand.origin[rank - 2] = (long) block * rows;
      if (block == first) {
        begin(hand);
      }
      for (var step : block == blocks - 1 ? hand.last : hand.whole) {
        step.moveTo(hand.turns);
        step.place(hand.origin);
        step.run();
      }
    }
  }

  private static void begin(Hand hand) {
    for (var step : hand.whole) {
      if (step instanceof ChainProduct product) {
        product.moveTo(hand.turns);
        product.begin(hand.turns);
      }
    }
  }
}
