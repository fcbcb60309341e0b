package dev.gatun.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A process that starts, computes one result, prints it and ends. */
public final class ProcessRun implements Run {
  private static final String RESULT = "result";

  private final String name;
  private final List<String> command;
  private final Path weights;
  private double[] result = {};

  ProcessRun(Class<?> main, List<String> arguments, TrainingStep step) {
    name = main.getSimpleName();
    try {
      weights = Files.createTempFile("gatun-bench", ".safetensors");
      step.save(weights);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var all = new ArrayList<>(arguments);
    all.add(weights.toString());
    command = Workshop.command(main, all);
  }

  /** Prints the result of the process. */
  public static void print(float[] numbers) {
    var line = new StringBuilder(RESULT);
    for (float number : numbers) {
      line.append(' ').append(number);
    }
    System.out.println(line);
  }

  @Override
  public void run() {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      List<String> lines;
      try (var out = process.inputReader()) {
        lines = out.lines().toList();
      }
      int status = process.waitFor();
      var found = lines.stream().filter(line -> line.startsWith(RESULT)).findFirst();
      if (status != 0 || found.isEmpty()) {
        throw new BenchException(name + " ended with " + status + ": " + String.join("\n", lines));
      }
      result = Arrays.stream(found.get().split(" ")).skip(1).mapToDouble(Float::parseFloat).toArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted while measuring", e);
    }
  }

  @Override
  public boolean elsewhere() {
    return true;
  }

  @Override
  public List<double[]> results() {
    return List.of(result);
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(weights);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
