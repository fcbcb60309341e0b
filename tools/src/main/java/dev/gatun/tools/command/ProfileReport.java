package dev.gatun.tools.command;

import dev.gatun.bench.Roofline;
import dev.gatun.memory.AtomicFile;
import dev.gatun.ops.Cost;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A profile for people: a table of kernels, and a file in the Trace Event Format, which Perfetto and Chromium show, with
 * a row for each worker.
 */
final class ProfileReport {
  private static final String ROW = "%9s %6s %8s %7s %5s %8s  %-15s %s";
  private static final int LISTED = 24;
  private static final double ROOFLINE_SECONDS = 0.1;
  /** Bytes that tell a kernel that works in caches from one that works in memory. */
  private static final int CACHE = 256 << 10;
  private static final int CACHE_FOOTPRINT = 16 << 10;
  private static final int MEMORY_FOOTPRINT = 64 << 20;

  private final Profile profile;
  private final int threads;
  private final List<Profile.Kernel> kernels;
  private final Places places;

  ProfileReport(Profile profile, int threads) {
    this.profile = profile;
    this.threads = threads;
    kernels = profile.kernels().stream().sorted(Comparator.comparingDouble(ProfileReport::total).reversed()).toList();
    places = new Places(kernels.stream().map(kernel -> kernel.run().origin()).toList());
  }

  /** Fails if a trace cannot be written there: better now than after the work. */
  static void check(Path file) {
    try {
      AtomicFile.check(file);
    } catch (IOException e) {
      throw new UsageException("--profile: " + e.getMessage());
    }
  }

  /** Writes the trace and shows the table. */
  void show(Path file, Output output) throws IOException {
    write(file);
    lines().forEach(output::line);
    output.remark("wrote " + file + ": open it at ui.perfetto.dev");
  }

  /** Seconds of all calls, if each took the median. */
  private static double total(Profile.Kernel kernel) {
    return kernel.seconds() * kernel.calls();
  }

  /** The costliest kernels. The roofline is measured now. */
  private List<String> lines() {
    var lines = new ArrayList<String>();
    if (kernels.isEmpty()) {
      lines.add("no kernel told its times");
      return lines;
    }
    double flops = Roofline.flops(threads, ROOFLINE_SECONDS);
    double inCache = Roofline.triad(threads, CACHE_FOOTPRINT, ROOFLINE_SECONDS);
    double inMemory = Roofline.triad(threads, MEMORY_FOOTPRINT, ROOFLINE_SECONDS);
    double all = kernels.stream().mapToDouble(ProfileReport::total).sum();
    lines.add(String.format(ROW, "time", "share", "GFLOP/s", "GB/s", "roof", "calls", "kernel", "at"));
    for (var kernel : kernels.subList(0, Math.min(LISTED, kernels.size()))) {
      var cost = Cost.of(kernel.run());
      double least = Math.max(cost.flops() / flops, cost.bytes() / (cost.bytes() < CACHE ? inCache : inMemory));
      lines.add(String.format(ROW, time(kernel.seconds()), percent(total(kernel) / all),
          cost.flops() == 0 ? "" : rate(cost.flops() / kernel.seconds()), rate(cost.bytes() / kernel.seconds()),
          percent(least / kernel.seconds()), kernel.calls(), PlanTable.kernel(kernel.run()),
          places.shortest(kernel.run().origin())).stripTrailing());
    }
    if (kernels.size() > LISTED) {
      double rest = kernels.stream().skip(LISTED).mapToDouble(ProfileReport::total).sum();
      lines.add(String.format("%9s %6s  %d more kernels", "", percent(rest / all), kernels.size() - LISTED));
    }
    lines.add(String.format(Locale.ROOT, "roof: %.0f GFLOP/s; %.0f GB/s in cache, %.0f in memory; %d %s",
        1e-9 * flops, 1e-9 * inCache, 1e-9 * inMemory, threads,
        threads == 1 ? "thread" : "threads"));
    return lines;
  }

  private static String time(double seconds) {
    return seconds < 1e-3 ? String.format(Locale.ROOT, "%.1f µs", 1e6 * seconds)
        : String.format(Locale.ROOT, "%.2f ms", 1e3 * seconds);
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, part < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * part);
  }

  private static String rate(double perSecond) {
    return String.format(Locale.ROOT, "%.1f", 1e-9 * perSecond);
  }

  /** Writes the trace: complete events in microseconds from the first span on. */
  private void write(Path file) throws IOException {
    var spans = profile.spans();
    long start = spans.isEmpty() ? 0 : spans.getFirst().start();
    var workers = spans.stream().map(Profile.Span::worker).distinct().sorted().toList();
    var events = new ArrayList<String>();
    for (int worker : workers) {
      var name = new LinkedHashMap<String, Object>();
      name.put("name", "thread_name");
      name.put("ph", "M");
      name.put("pid", 1);
      name.put("tid", worker);
      name.put("args", Map.of("name", worker == 0 ? "caller" : "worker " + worker));
      events.add(Json.text(name));
    }
    var plans = spans.stream().map(Profile.Span::plan).distinct().collect(Collectors.toList());
    for (var span : spans) {
      events.add(Json.text(event(span, start, plans)));
    }
    var text = "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n" + String.join(",\n", events) + "\n]}\n";
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private Map<String, Object> event(Profile.Span span, long start, List<Plan> plans) {
    var cost = Cost.of(span.run());
    var arguments = new LinkedHashMap<String, Object>();
    arguments.put("plan", plans.indexOf(span.plan()));
    arguments.put("kernel", span.number());
    arguments.put("at", span.run().origin());
    arguments.put("result", span.run().out().getFirst().type().toString());
    arguments.put("flops", cost.flops());
    arguments.put("bytes", cost.bytes());
    var event = new LinkedHashMap<String, Object>();
    event.put("name", PlanTable.kernel(span.run()) + places.at(span.run().origin()));
    event.put("cat", "kernel");
    event.put("ph", "X");
    event.put("pid", 1);
    event.put("tid", span.worker());
    event.put("ts", 1e-3 * (span.start() - start));
    event.put("dur", 1e-3 * (span.end() - span.start()));
    event.put("args", arguments);
    return event;
  }
}
