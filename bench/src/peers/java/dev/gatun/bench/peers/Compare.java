package dev.gatun.bench.peers;

import dev.gatun.bench.Conditions;
import dev.gatun.bench.Report;
import dev.gatun.bench.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Compares us with the peers: {@code gemm}, {@code map}, {@code lenet64}, {@code lenet512}, or all of them if none is
 * named; {@code --threads 1,2} says on how many threads, {@code --json} prints objects for tables.
 *
 * <p>Each suite and number of threads is a process of its own, whose environment holds nothing that steers a peer but
 * what stands here. LeNet runs twice: as a user starts libtorch, and with its allocator told to keep memory.
 */
public final class Compare {
  /** Where native libraries are unpacked. */
  static final String NATIVE_FOLDER = "gatun.peers.natives";
  private static final List<String> SUITES = List.of("gemm", "map", "lenet64", "lenet512");
  private static final List<String> STEERING = List.of("OPENBLAS_", "MKL_", "OMP_", "KMP_", "GOMP_", "MALLOC_", "DNNL_",
      "ONEDNN_", "GOTO_", "ATEN_", "TORCH_", "JAVA_TOOL_OPTIONS");
  /** glibc then keeps what libtorch frees, instead of asking the system for it again at each step. */
  private static final Map<String, String> KEEPING = Map.of("MALLOC_ARENA_MAX", "1", "MALLOC_MMAP_THRESHOLD_",
      "4294967296", "MALLOC_TRIM_THRESHOLD_", "4294967296", "MALLOC_TOP_PAD_", "67108864");
  private static final String CHILD = "--child";

  private Compare() {}

  /** What to run. */
  private record Wish(List<String> suites, List<Integer> threads, boolean json) {
    static Wish of(String[] arguments) {
      var suites = new ArrayList<String>();
      var threads = List.of(1, Runtime.getRuntime().availableProcessors());
      boolean json = false;
      for (int i = 0; i < arguments.length; i++) {
        if (arguments[i].equals("--threads") && i + 1 < arguments.length) {
          threads = Arrays.stream(arguments[++i].split(",")).map(Integer::valueOf).toList();
        } else if (arguments[i].equals("--json")) {
          json = true;
        } else if (SUITES.contains(arguments[i])) {
          suites.add(arguments[i]);
        } else {
          throw new IllegalArgumentException("no suite is called " + arguments[i] + ": there are " + SUITES);
        }
      }
      return new Wish(suites.isEmpty() ? SUITES : suites, threads.stream().distinct().toList(), json);
    }
  }

  /** See the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length > 0 && arguments[0].equals(CHILD)) {
      child(arguments[1], Integer.parseInt(arguments[2]), arguments[3], Boolean.parseBoolean(arguments[4]));
      return;
    }
    var wish = Wish.of(arguments);
    for (var suite : wish.suites) {
      for (int threads : wish.threads) {
        start(suite, threads, "", Map.of(), wish.json);
        if (suite.startsWith("lenet")) {
          start(suite, threads, ", keeping memory", KEEPING, wish.json);
        }
      }
    }
  }

  private static void child(String suite, int threads, String label, boolean json) {
    var rows = switch (suite) {
      case "gemm" -> Suites.gemm(threads);
      case "map" -> Suites.map(threads);
      case "lenet64" -> Suites.lenet(threads, 64, label);
      default -> Suites.lenet(threads, 512, label);
    };
    System.err.println(Conditions.here().text());
    System.out.print(json ? Report.json(rows) : "\n" + Report.markdown(rows));
  }

  private static void start(String suite, int threads, String label, Map<String, String> environment, boolean json)
      throws IOException, InterruptedException {
    var natives = Path.of(System.getProperty(NATIVE_FOLDER, System.getProperty("java.io.tmpdir") + "/gatun-peers"));
    Files.createDirectories(natives);
    var command = Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-XX:Tier3DelayOn=100000",
        "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), "-D" + NATIVE_FOLDER + "=" + natives,
        "-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true", "-DDJL_CACHE_DIR=" + natives,
        "-DENGINE_CACHE_DIR=" + natives,
        "-D" + Torch.THREADS + "=" + threads, "-D" + Torch.OPERATORS + "=1", Compare.class.getName(), CHILD, suite,
        Integer.toString(threads), label, Boolean.toString(json)).toList();
    var builder = new ProcessBuilder(command).inheritIO();
    builder.environment().keySet().removeIf(name -> STEERING.stream().anyMatch(name::startsWith));
    builder.environment().putAll(environment);
    builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
    int status = builder.start().waitFor();
    if (status != 0) {
      System.err.println(suite + " on " + threads + " threads failed");
      System.exit(1);
    }
  }

  /** Rows whose peak is the highest rate seen in the run, ours and the rivals' included. */
  static List<Row> besideBestPeak(List<Row> rows) {
    double peak = rows.stream().mapToDouble(row -> Math.max(row.peak(), 1e9 * Math.max(row.rate(), row.rivalRate())))
        .max().orElse(0);
    return rows.stream().map(row -> row.withPeak(peak)).toList();
  }
}
