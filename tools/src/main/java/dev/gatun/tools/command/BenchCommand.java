package dev.gatun.tools.command;

import dev.gatun.bench.Conditions;
import dev.gatun.bench.Figures;
import dev.gatun.bench.Order;
import dev.gatun.bench.Report;
import dev.gatun.bench.Row;
import dev.gatun.bench.Suite;
import dev.gatun.bench.Work;
import dev.gatun.bench.Worker;
import dev.gatun.bench.Workshop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bench}: how fast this machine runs, beside its own limits and beside other engines. */
@Command(name = "bench", sortOptions = false,
    description = "Measure kernels and training steps, beside the limits of this machine and, with --peers, beside "
        + "other engines in the same run. Every result is checked before it is timed.")
final class BenchCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SUITE", arity = "0..*", description = "What to measure (--list); all if none is named.")
  private List<String> names = List.of();
  @Option(names = "--list", description = "Show the suites, their sizes and their cases, and measure nothing.")
  private boolean list;
  @Option(names = "--peers", description = "Other engines as well: ./gatun builds what they need first.")
  private boolean peers;
  @Option(names = "--threads", paramLabel = "N", split = ",", description = "Numbers of threads, such as 1,2; one and "
      + "all cores if not given.")
  private List<Integer> threads = List.of();
  @Option(names = "--shapes", paramLabel = "SIZE=N", description = "A size, or several as in M=64,128: all "
      + "combinations are measured in place of the suite's own cases.")
  private Map<String, String> shapes = new LinkedHashMap<>();
  @Option(names = "--only", paramLabel = "TEXT", description = "Only cases whose name contains this.")
  private String only = "";
  @Option(names = "--repeat", paramLabel = "N", description = "How many windows of each side count; their median is "
      + "the figure. 7 if not given.")
  private int repeat = 7;
  @Option(names = "--duration", paramLabel = "SECONDS",
      description = "Length of a window; as the work needs if not given.")
  private Double duration;
  @Option(names = "--markdown", description = "A table for documents in place of text.")
  private boolean markdown;
  @Option(names = "--csv", description = "A table of commas in place of text.")
  private boolean csv;
  @Option(names = "--save", paramLabel = "FILE",
      description = "Keep the figures; those of other cases in the file stay.")
  private Path save;
  @Option(names = "--page", paramLabel = "FILE", description = "Write a page of tables, of all that --save keeps, "
      + "with each figure.")
  private Path page;
  @Option(names = "--against", paramLabel = "FILE", description = "Fail if a factor is more than a tenth below that in "
      + "this file, which --save wrote.")
  private Path against;
  @Option(names = "--profile", paramLabel = "FILE.json", description = "Once a suite is measured, run our side of each "
      + "case again, write when each kernel ran, a trace for Perfetto, and show a table of the kernels. Several cases "
      + "write FILE-1.json, FILE-2.json and so on.")
  private Path trace;
  @Mixin
  private Output output;

  @Override
  public Integer call() throws IOException {
    var suites = suites();
    var sizes = sizes();
    MachineOptions.atLeastOne("--repeat", repeat);
    if (Stream.of(markdown, csv, output.isJson()).filter(form -> form).count() > 1) {
      throw new UsageException("--markdown, --csv and --json exclude each other");
    }
    if (duration != null && !(duration > 0 && duration <= 3600)) {
      throw new UsageException("--duration must be some seconds, up to 3600, found " + duration);
    }
    if (trace != null) {
      ProfileReport.check(trace);
    }
    if (list) {
      list(suites);
      return ExitCode.GOOD;
    }
    if (peers && Workshop.peers().isEmpty()) {
      throw new UsageException("--peers: no other engine is on the class path; run ./gatun bench --peers in the "
          + "repository, with Maven on the PATH");
    }
    var before = against == null ? null : KeptFigures.read(against);
    if (against != null && !peers) {
      throw new UsageException("--against compares factors beside other engines: --peers is needed as well");
    }
    var kept = new KeptFigures(save, page, Workshop.peers());
    var orders = orders(suites, sizes);
    var rows = new ArrayList<Row>();
    int cases = orders.stream().mapToInt(order -> order.works().size()).sum();
    int profiled = 0;
    for (var order : orders) {
      var measured = Workshop.measure(order, kept::add);
      measured.forEach(this::show);
      rows.addAll(measured);
      if (trace != null) {
        for (var work : order.works()) {
          profile(order, work, cases == 1 ? trace : numbered(trace, ++profiled));
        }
      }
    }
    tables(rows);
    summary(rows);
    return before == null || stands(Figures.of(rows).since(before)) ? ExitCode.GOOD : ExitCode.FAILED;
  }

  /** Says what became of the factors in an older file, and whether they still stand. */
  private boolean stands(Figures.Comparison since) {
    since.fallen().forEach(line -> output.error("fallen: " + line));
    if (since.factors() == 0) {
      output.error("none of these factors is in " + against + ": nothing was compared");
    } else {
      output.remark(since.factors() + " factors compared with " + against + ": "
          + (since.fallen().isEmpty() ? "none has fallen" : since.fallen().size() + " have fallen")
          + " by more than a tenth");
    }
    return since.factors() > 0 && since.fallen().isEmpty();
  }

  private void profile(Order order, Work work, Path file) throws IOException {
    output.remark("profiling " + work.name());
    var profile = Worker.profile(order, work);
    output.line(order.suite().label() + " " + work.name() + " on " + order.threads()
        + (order.threads() == 1 ? " thread" : " threads"));
    new ProfileReport(profile, order.threads()).show(file, output);
  }

  /** {@code folder/name-3.json} of {@code folder/name.json}. */
  private static Path numbered(Path file, int number) {
    var name = file.getFileName().toString();
    int end = name.contains(".") ? name.lastIndexOf('.') : name.length();
    return file.resolveSibling(name.substring(0, end) + "-" + number + name.substring(end));
  }

  private List<Suite> suites() {
    if (names.isEmpty()) {
      return List.of(Suite.values());
    }
    return names.stream().flatMap(name -> Arrays.stream(name.split(","))).map(name -> {
      var suite = Suite.named(name);
      if (suite == null) {
        throw new UsageException("there is no suite " + name
            + Names.similar(name, Arrays.stream(Suite.values()).map(Suite::label).toList())
            + "; see gatun bench --list");
      }
      return suite;
    }).distinct().toList();
  }

  private Map<String, List<Integer>> sizes() {
    var sizes = new LinkedHashMap<String, List<Integer>>();
    shapes.forEach((name, values) -> {
      try {
        sizes.put(name, Arrays.stream(values.split(",")).map(Integer::valueOf).toList());
      } catch (NumberFormatException e) {
        throw new UsageException("--shapes: " + name + " must be whole numbers between commas, found " + values);
      }
      sizes.get(name).forEach(value -> MachineOptions.atLeastOne("--shapes: " + name, value));
    });
    return sizes;
  }

  private List<Order> orders(List<Suite> suites, Map<String, List<Integer>> sizes) {
    int cores = Runtime.getRuntime().availableProcessors();
    var counts = threads.isEmpty() ? cores == 1 ? List.of(1) : List.of(1, cores) : threads.stream().distinct().toList();
    for (int count : counts) {
      MachineOptions.atLeastOne("--threads", count);
      if (count > cores) {
        throw new UsageException("--threads: this machine runs " + cores + " at once, found " + count);
      }
    }
    var orders = new ArrayList<Order>();
    for (var suite : suites) {
      for (int count : counts) {
        var order = new Order(suite, sizes, only, count, peers, false, repeat,
            duration == null ? 0 : duration);
        try {
          if (!order.works().isEmpty()) {
            orders.add(order);
          }
        } catch (IllegalArgumentException e) {
          throw new UsageException("--shapes: " + e.getMessage());
        }
      }
    }
    if (orders.isEmpty()) {
      throw new UsageException("--only: no case is called " + only + "; see gatun bench --list");
    }
    return orders;
  }

  private void list(List<Suite> suites) {
    for (var suite : suites) {
      output.line(suite.label() + ": " + suite.about() + "; sizes " + text(suite.sizes()));
      suite.works().forEach(work -> output.line("  " + work.name()));
    }
    output.object(Map.of("suites", suites.stream().map(BenchCommand::object).toList()));
  }

  private static Map<String, Object> object(Suite suite) {
    var object = new LinkedHashMap<String, Object>();
    object.put("name", suite.label());
    object.put("about", suite.about());
    object.put("sizes", suite.sizes());
    object.put("cases", suite.works().stream().map(Work::name).toList());
    return object;
  }

  private static String text(Map<String, Integer> sizes) {
    return String.join(" ", sizes.entrySet().stream().map(size -> size.getKey() + "=" + size.getValue()).toList());
  }

  private void show(Row row) {
    if (!markdown && !csv) {
      output.line(row.suite() + " " + Report.text(row).stripTrailing());
    }
    output.object(object(row));
  }

  private static Map<String, Object> object(Row row) {
    var object = new LinkedHashMap<String, Object>();
    object.put("suite", row.suite());
    object.put("case", row.name());
    object.put("threads", row.threads());
    object.put("ours_ms", 1e3 * row.seconds());
    var times = new LinkedHashMap<String, Double>();
    var ratios = new LinkedHashMap<String, Double>();
    row.peers().forEach((peer, seconds) -> {
      times.put(peer, 1e3 * seconds);
      ratios.put(peer, row.ratio(peer));
    });
    object.put("peers", times);
    object.put("ratio", ratios);
    object.put("gflops", row.flops() > 0 ? row.gigaflops() : null);
    object.put("gbps", row.bytes() > 0 ? row.gigabytes() : null);
    object.put("percent_of_peak", 100 * row.partOfPeak());
    object.put("relative_error", row.error());
    object.put("steady", row.steady());
    return object;
  }

  private void tables(List<Row> rows) {
    if (markdown) {
      output.line(Report.markdown(rows).stripTrailing());
    } else if (csv) {
      output.line(Report.csv(rows).stripTrailing());
    }
  }

  /** The geometric means, and what the machine is. */
  private void summary(List<Row> rows) {
    var means = Report.means(rows);
    means.forEach((suite, byThreads) -> byThreads.forEach((count, byPeer) -> byPeer.forEach((peer, mean) ->
        output.remark(String.format(Locale.ROOT, "%s on %d: geometric mean %.2f× beside %s", suite, count, mean,
            peer)))));
    var object = new LinkedHashMap<String, Object>();
    object.put("geometric_means", means);
    object.put("rows", rows.size());
    object.put("conditions", Conditions.here().text());
    output.object(object);
  }
}
