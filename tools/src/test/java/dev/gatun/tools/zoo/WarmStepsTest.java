package dev.gatun.tools.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.gatun.graph.Machines;
import dev.gatun.graph.Model;
import dev.gatun.graph.Optimizer;
import dev.gatun.graph.Predictor;
import dev.gatun.graph.Schedule;
import dev.gatun.graph.Trainer;
import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import dev.gatun.tools.data.ByteDataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Warm training and warm sessions make no garbage, on any of our threads. In a JVM of its own, for the compilers' sake,
 * and without checked mode.
 */
class WarmStepsTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long PATIENCE = 200_000_000_000L;
  private static final int BATCH = 256;

  @Test
  void trainingAndSessionsAllocateNothing() throws IOException, InterruptedException {
    allocateNothing(2);
  }

  @Test
  @Tag("nightly")
  void theyDoNotOnOneThreadEither() throws IOException, InterruptedException {
    allocateNothing(1);
  }

  private static void allocateNothing(int threads) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    // What the modules need and the launcher gives, this JVM was given too.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--") || flag.startsWith("-XX:")).forEach(command::add);
    command.addAll(List.of("-XX:TLABSize=2k", "-XX:MinTLABSize=2k", "-XX:-ResizeTLAB"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), WarmStepsTest.class.getName(),
        Integer.toString(threads)));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
  }

  /** Fails unless both come to allocate nothing on so many threads. */
  public static void main(String[] arguments) {
    int threads = Integer.parseInt(arguments[0]);
    try (var arena = TensorArena.root("test", 2L << 30)) {
      training(arena, threads);
      session(arena, threads);
    }
  }

  private static Model lenet() {
    return Model.of(Program.of(new Source("lenet", Zoo.find("lenet").text()), Map.of()));
  }

  /** Whole epochs, the shuffle and the smaller last batch included, under a schedule that moves. */
  private static void training(TensorArena arena, int threads) {
    var model = lenet();
    var data = noise(2 * BATCH + 100);
    var adam = new Optimizer.Adam(new Schedule.Cosine(1e-3, Schedule.Time.steps(10)), 0.9, 0.999, 1e-8, 0.01);
    var settings = Trainer.settings(model, data).withBatch(BATCH).withEpochs(1_000_000).withOptimizer(adam);
    try (var trainer = new Trainer(model, settings, Machines.best(), arena, threads, data)) {
      var quiet = new Trainer.Listener() {};
      requireNone(() -> trainer.epoch(quiet));
    }
  }

  private static void session(TensorArena arena, int threads) {
    var model = lenet();
    var data = noise(BATCH);
    var settings = Trainer.settings(model, data).withBatch(BATCH);
    try (var trainer = new Trainer(model, settings, Machines.best(), arena, threads, data);
        var predictor = new Predictor(model, trainer.variables(), arena, threads);
        var session = predictor.session(Map.of("N", (long) BATCH))) {
      var step = session.load(predictor.plan(Map.of("N", (long) BATCH), List.of("probabilities", "loss")));
      var image = arena.allocate(DType.F32, Shape.of(BATCH, 1, 28, 28));
      var label = arena.allocate(DType.I32, Shape.of(BATCH));
      var probabilities = arena.allocate(DType.F32, Shape.of(BATCH, 10));
      requireNone(() -> {
        step.set("image", image);
        step.set("label", label);
        step.run();
        step.get("probabilities", probabilities);
        step.scalar("loss");
      });
    }
  }

  private static ByteDataset noise(int samples) {
    var random = new Random(7);
    byte[] images = new byte[samples * 28 * 28];
    random.nextBytes(images);
    byte[] labels = new byte[samples];
    for (int i = 0; i < samples; i++) {
      labels[i] = (byte) random.nextInt(10);
    }
    var fields = new LinkedHashMap<String, ByteDataset.Field>();
    fields.put("image", ByteDataset.Field.scaled(images, 255, 1, 28, 28));
    fields.put("label", ByteDataset.Field.numbers(labels));
    return new ByteDataset(fields);
  }

  /** Runs work until ten times in a row allocate nothing: until then methods are interpreted, which makes garbage. */
  private static void requireNone(Runnable work) {
    work.run();
    var ours = Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread == Thread.currentThread() || thread.getName().startsWith("gatun-worker-"))
        .mapToLong(Thread::threadId).toArray();
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + PATIENCE;
    while (least > 0 && System.nanoTime() < end) {
      long before = allocated(ours);
      for (int i = 0; i < 10; i++) {
        work.run();
      }
      least = Math.min(least, allocated(ours) - before);
    }
    if (least > 0) {
      throw new AssertionError(least + " bytes allocated by ten turns on " + ours.length + " threads: "
          + allocators(work));
    }
  }

  /** What our threads allocate in some more turns, and where: a sample for each buffer of 2 KiB that they fill. */
  private static String allocators(Runnable work) {
    try (var recording = new Recording()) {
      recording.enable("jdk.ObjectAllocationInNewTLAB").withStackTrace();
      recording.enable("jdk.ObjectAllocationOutsideTLAB").withStackTrace();
      recording.start();
      for (int i = 0; i < 100; i++) {
        work.run();
      }
      recording.stop();
      var file = Files.createTempFile("allocators", ".jfr");
      recording.dump(file);
      var counts = new TreeMap<String, Integer>();
      for (var event : RecordingFile.readAllEvents(file)) {
        if (event.getThread() != null && event.getStackTrace() != null
            && event.getThread().getJavaName().matches("main|gatun-worker-.*")) {
          var frames = event.getStackTrace().getFrames().stream().limit(12)
              .map(frame -> frame.getMethod().getType().getName() + "." + frame.getMethod().getName() + ":"
                  + frame.getLineNumber()).toList();
          if (frames.stream().anyMatch(frame -> frame.startsWith("jdk.jfr"))) {
            continue;
          }
          counts.merge(event.getClass("objectClass").getName() + " by " + frames, 1, Integer::sum);
        }
      }
      Files.delete(file);
      return counts.entrySet().stream().sorted(Map.Entry.<String, Integer>comparingByValue().reversed()).limit(8)
          .map(entry -> entry.getValue() + " x " + entry.getKey()).collect(Collectors.joining("\n", "\n", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long allocated(long[] threads) {
    long sum = 0;
    for (long thread : threads) {
      sum += THREADS.getThreadAllocatedBytes(thread);
    }
    return sum;
  }
}
