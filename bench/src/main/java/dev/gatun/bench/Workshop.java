package dev.gatun.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * Measures suites, each in a process of its own whose environment holds nothing that steers a peer but what stands
 * here: what HotSpot has learned from one suite must not shape another, and most peers take their number of threads
 * once. Where a peer allocates its results there is a second process, in which the C library keeps memory.
 */
public final class Workshop {
  private static final List<String> STEERING = List.of("OPENBLAS_", "MKL_", "OMP_", "KMP_", "GOMP_", "MALLOC_", "DNNL_",
      "ONEDNN_", "GOTO_", "ATEN_", "TORCH_", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");
  /** glibc then keeps what is freed, instead of asking the system for it again at each step. */
  private static final Map<String, String> KEEPING = Map.of("MALLOC_ARENA_MAX", "1", "MALLOC_MMAP_THRESHOLD_",
      "4294967296", "MALLOC_TRIM_THRESHOLD_", "4294967296", "MALLOC_TOP_PAD_", "67108864");

  /** Our modules that need native access. */
  private static final String OWN = ",dev.gatun.memory,dev.gatun.simd,dev.gatun.cuda";

  private Workshop() {}

  /** The peers that this process has on its class path. */
  public static List<Peer> peers() {
    return ServiceLoader.load(Peer.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  /**
   * The figures of an order, each suite on one number of threads.
   *
   * @param far sees all rows so far as soon as there is one more, beside the best peak known by then
   * @throws BenchException if a result was wrong, or the process failed otherwise; it has said why on stderr
   */
  public static List<Row> measure(Order order, Consumer<List<Row>> far) {
    var rows = new ArrayList<Row>();
    Consumer<Row> each = row -> {
      rows.add(row);
      far.accept(besideBestPeak(rows));
    };
    run(order, Map.of(), each);
    if (order.peers() && peers().stream().anyMatch(Peer::allocates)) {
      run(order.keepingMemory(), KEEPING, each);
    }
    return besideBestPeak(rows);
  }

  private static void run(Order order, Map<String, String> environment, Consumer<Row> each) {
    var builder = new ProcessBuilder(command(Worker.class, order.arguments()))
        .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeIf(name -> STEERING.stream().anyMatch(name::startsWith));
    builder.environment().putAll(environment);
    builder.environment().put("OMP_NUM_THREADS", Integer.toString(order.threadsOfOne()));
    var where = order.suite().label() + " on " + order.threads() + (order.threads() == 1 ? " thread" : " threads");
    try {
      var process = builder.start();
      try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith(Worker.ROW)) {
            each.accept(Row.parse(line.substring(Worker.ROW.length())));
          } else if (line.startsWith(Worker.FAILED)) {
            throw new BenchException(where + ", " + line.substring(Worker.FAILED.length()));
          }
        }
      } finally {
        process.destroy();
      }
      int status = process.waitFor();
      if (status != 0) {
        throw new BenchException(where + " failed; the reason stands above");
      }
    } catch (IOException e) {
      throw new BenchException("cannot start a process to measure in: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted while measuring", e);
    }
  }

  /** What starts a process of the same Java on the same classes. */
  static List<String> command(Class<?> main, List<String> arguments) {
    var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules", "jdk.incubator.vector", "-XX:Tier3DelayOn=100000", "-XX:+UseSerialGC"));
    var classes = System.getProperty("java.class.path");
    if (!classes.isEmpty()) {
      command.addAll(List.of("-cp", classes));
    }
    var module = main.getModule();
    if (module.isNamed()) {
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED" + OWN,
          "-p", System.getProperty("jdk.module.path"), "-m", module.getName() + "/" + main.getName()));
    } else {
      // Other engines stand on the class path, and what they compare with may be modules.
      var modules = System.getProperty("jdk.module.path");
      if (modules != null) {
        command.addAll(List.of("-p", modules, "--add-modules", Workshop.class.getModule().getName()));
      }
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED" + (modules == null ? "" : OWN), main.getName()));
    }
    command.addAll(arguments);
    return command;
  }

  /** Rows whose peak is the highest rate seen among those measured alike, the peers' included. */
  static List<Row> besideBestPeak(List<Row> rows) {
    double flops = rows.stream().filter(row -> row.flops() > 0).mapToDouble(row -> Math.max(row.peak(), row.bestRate()))
        .max().orElse(0);
    return rows.stream()
        .map(row -> row.withPeak(row.flops() > 0 ? flops : Math.max(row.peak(), row.bestRate()))).toList();
  }
}
