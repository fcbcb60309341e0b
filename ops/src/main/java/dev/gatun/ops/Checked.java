package dev.gatun.ops;

import dev.gatun.memory.TensorArena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A plan run in checked mode, on any machine: one step at a time. What a step has not written yet is NaN (integers: all
 * bits set) when it runs, and so is its workspace. Around each result lies a guard zone, whatever lives there: the step
 * must leave it as it was. A loop counts as one step.
 *
 * <p>On with {@code -Dgatun.checked=true}, as in all tests. It costs some time for each step and next to no memory.
 */
public final class Checked implements Backend.Executable {
  /** Bytes before and after each result that are looked at: several of the widest vectors. */
  public static final long GUARD = 256;

  private static final boolean ON = Boolean.getBoolean("gatun.checked");
  private static final byte[] UNWRITTEN = new byte[1 << 16];

  static {
    Arrays.fill(UNWRITTEN, (byte) -1);
  }

  private final Plan plan;
  private final Backend.Memory memory;
  private final List<Unit> units = new ArrayList<>();

  /** A range of one memory. */
  private record Range(Plan.Place place, long from, long to) {}

  /** A guard zone: what it held before a step and what it holds after it. */
  private record Zone(Range range, MemorySegment before, MemorySegment after) {}

  /** A piece of memory to be set to what unwritten memory holds. */
  private record Blank(Backend.Slab slab, long offset, MemorySegment bytes) {}

  private record Unit(String name, Backend.Executable executable, List<Blank> blanks, List<Zone> zones) {}

  /** A kernel call with the counts of the loops around it. */
  private record Site(Plan.Run run, List<Long> counts) {}

  /** Whether this process runs in checked mode. */
  public static boolean on() {
    return ON;
  }

  /**
   * Loads a plan so that it is checked as it runs.
   *
   * @param memory the plan's own should be {@link #GUARD} bytes longer than the plan asks for, to guard its end
   * @param arena pays for what kernels need besides it
   */
  public Checked(Backend machine, Plan plan, Backend.Memory memory, TensorArena arena, int threads) {
    this.plan = plan;
    this.memory = memory;
    var touched = new HashSet<Integer>();
    plan.sources().values().forEach(o -> touched.add(o.buffer()));
    plan.tables().forEach(t -> touched.add(t.operand().buffer()));
    try {
      for (var step : plan.steps()) {
        var alone = new Plan(plan.machine(), plan.buffers(), List.of(step), plan.sources(), plan.outputs(),
            plan.tables(), plan.planBytes());
        var sites = new ArrayList<Site>();
        collect(step, List.of(), sites);
        var blanks = blanks(sites, touched);
        units.add(new Unit(name(sites), machine.load(alone, memory, arena, threads), blanks, zones(sites)));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static void collect(Plan.Step step, List<Long> counts, List<Site> into) {
    switch (step) {
      case Plan.Run run -> into.add(new Site(run, counts));
      case Plan.Repeat repeat -> {
        var inner = new ArrayList<>(counts);
        inner.add(repeat.count());
        repeat.body().forEach(s -> collect(s, inner, into));
      }
    }
  }

  private static String name(List<Site> sites) {
    var names = sites.stream().map(s -> s.run().choice().name()
        + (s.run().origin().isEmpty() ? "" : " at " + s.run().origin())).distinct();
    return sites.size() == 1 ? "step " + names.findFirst().orElseThrow()
        : names.collect(Collectors.joining(", ", "a loop over ", ""));
  }

  private Range range(int buffer, long low, long high) {
    var b = plan.buffers().get(buffer);
    return new Range(b.place(), b.offset() + low, b.offset() + high);
  }

  private Range whole(int buffer) {
    return range(buffer, 0, plan.buffers().get(buffer).bytes());
  }

  /** What these calls are the first to touch, and do not read before it is written; and their workspaces. */
  private List<Blank> blanks(List<Site> sites, Set<Integer> touched) {
    var fresh = new LinkedHashSet<Integer>();
    for (var site : sites) {
      site.run().in().forEach(o -> touched.add(o.buffer()));
      for (var operand : site.run().out()) {
        if (touched.add(operand.buffer()) && plan.buffers().get(operand.buffer()).place() == Plan.Place.PLAN) {
          fresh.add(operand.buffer());
        }
      }
      if (site.run().workspace() >= 0) {
        fresh.add(site.run().workspace());
      }
    }
    var blanks = new ArrayList<Blank>();
    for (int buffer : fresh) {
      var range = whole(buffer);
      for (long at = range.from(); at < range.to(); at += UNWRITTEN.length) {
        blanks.add(new Blank(memory.at(range.place()), at,
            MemorySegment.ofArray(UNWRITTEN).asSlice(0, Math.min(UNWRITTEN.length, range.to() - at))));
      }
    }
    return blanks;
  }

  private List<Zone> zones(List<Site> sites) {
    var written = new ArrayList<Range>();
    for (var site : sites) {
      for (var operand : site.run().out()) {
        var extent = Extent.of(operand, site.counts());
        written.add(range(operand.buffer(), extent.low(), extent.high()));
      }
      if (site.run().workspace() >= 0) {
        written.add(whole(site.run().workspace()));
      }
    }
    var zones = new ArrayList<Zone>();
    for (var range : written) {
      long end = memory.at(range.place()).bytes();
      zone(range.place(), Math.max(0, range.from() - GUARD), range.from(), written, 0, zones);
      zone(range.place(), range.to(), Math.min(end, range.to() + GUARD), written, 0, zones);
    }
    return zones;
  }

  /** Makes zones of what none of the written ranges, from a number on, covers. */
  private static void zone(Plan.Place place, long from, long to, List<Range> written, int number, List<Zone> into) {
    if (from >= to) {
      return;
    }
    if (number == written.size()) {
      into.add(new Zone(new Range(place, from, to), MemorySegment.ofArray(new byte[(int) (to - from)]),
          MemorySegment.ofArray(new byte[(int) (to - from)])));
      return;
    }
    var range = written.get(number);
    if (range.place() != place || range.to() <= from || range.from() >= to) {
      zone(place, from, to, written, number + 1, into);
    } else {
      zone(place, from, range.from(), written, number + 1, into);
      zone(place, range.to(), to, written, number + 1, into);
    }
  }

  /** @throws IllegalStateException naming the step that wrote outside its results, and what it wrote to */
  @Override
  public void run() {
    for (int i = 0; i < units.size(); i++) {
      run(units.get(i));
    }
  }

  private void run(Unit unit) {
    for (int i = 0; i < unit.blanks().size(); i++) {
      var blank = unit.blanks().get(i);
      blank.slab().upload(blank.offset(), blank.bytes());
    }
    for (int i = 0; i < unit.zones().size(); i++) {
      var zone = unit.zones().get(i);
      memory.at(zone.range().place()).download(zone.range().from(), zone.before());
    }
    unit.executable().run();
    for (int i = 0; i < unit.zones().size(); i++) {
      var zone = unit.zones().get(i);
      memory.at(zone.range().place()).download(zone.range().from(), zone.after());
      long at = zone.before().mismatch(zone.after());
      if (at >= 0) {
        throw new IllegalStateException(unit.name() + " wrote outside its results, to byte "
            + (zone.range().from() + at) + " of the " + zone.range().place().name().toLowerCase(Locale.ROOT)
            + "'s memory" + owners(zone.range().place(), zone.range().from() + at));
      }
    }
  }

  private String owners(Plan.Place place, long at) {
    return plan.buffers().stream()
        .filter(b -> b.place() == place && b.offset() <= at && at < b.offset() + b.bytes()).map(Plan.Buffer::name)
        .collect(Collectors.collectingAndThen(Collectors.joining(", "), s -> s.isEmpty() ? "" : ", where lies " + s));
  }

  @Override
  public void close() {
    units.forEach(unit -> unit.executable().close());
    units.clear();
  }
}
