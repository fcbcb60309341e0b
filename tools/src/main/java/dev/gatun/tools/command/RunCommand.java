package dev.gatun.tools.command;

import dev.gatun.graph.Dataset;
import dev.gatun.graph.Model;
import dev.gatun.graph.Predictor;
import dev.gatun.graph.language.Elaborated;
import dev.gatun.memory.Npy;
import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}: a trained model's answer to a sample, or to arrays in files. */
@Command(name = "run", sortOptions = false,
    description = "Run a trained model on a sample of the test data, or on arrays in .npy files.")
final class RunCommand implements Callable<Integer> {
  private static final double WARMING_SECONDS = 4;
  private static final double PROFILED_SECONDS = 1;

  @Mixin
  private ModelOptions model;
  @Mixin
  private WeightOptions weights;
  @Option(names = "--input", paramLabel = "NAME=FILE", description = "An input from a .npy file, in place of a sample.")
  private Map<String, Path> inputs = new LinkedHashMap<>();
  @Option(names = "--sample", paramLabel = "N", defaultValue = "0", description = "Which test sample, from 0 on.")
  private int sample;
  @Option(names = "--seed", paramLabel = "N", description = "Decides what a model draws that draws at random.")
  private Long seed;
  @Mixin
  private DataOptions data;
  @Option(names = "--out", paramLabel = "DIR", description = "A folder to which each output goes as NAME.npy.")
  private Path out;
  @Mixin
  private MachineOptions machine;
  @Mixin
  private Output output;

  @Override
  public Integer call() throws IOException {
    var opened = model.open();
    var file = weights.find(model, opened);
    if (out != null && !Files.isDirectory(out)) {
      throw new UsageException("--out: " + (Files.exists(out) ? out + " is no folder" : "there is no folder " + out));
    }
    try (var arena = machine.arena(); var scratch = new Scratch(arena.child("inputs and outputs"))) {
      var given = inputs.isEmpty() ? sample(opened, scratch.arena()) : files(opened, scratch.arena());
      var sizes = sizes(opened, given);
      var results = List.copyOf(requireInputs(opened.elaborate(sizes, false), given).outputs().keySet());
      try (var predictor = WeightOptions.predictor(opened, file, machine, arena)) {
        if (seed != null) {
          predictor.seed(seed);
        }
        show(predictor.run(given, results, scratch.arena()), given);
        if (machine.profile() != null) {
          profile(() -> run(predictor, given, results, scratch.arena()));
        }
      }
    }
    machine.report(output);
    return ExitCode.GOOD;
  }

  private static void run(Predictor predictor, Map<String, Tensor> given, List<String> results, TensorArena arena) {
    try (var answers = arena.child("answers")) {
      predictor.run(given, results, answers);
    }
  }

  /** Runs until kernels are warm, and then some more. */
  private void profile(Runnable run) {
    repeat(run, WARMING_SECONDS);
    machine.profile().forget();
    repeat(run, PROFILED_SECONDS);
  }

  private static void repeat(Runnable run, double seconds) {
    for (long end = System.nanoTime() + (long) (1e9 * seconds); System.nanoTime() < end;) {
      run.run();
    }
  }

  /** The arena of what goes in and out, closed before its parent. */
  private record Scratch(TensorArena arena) implements AutoCloseable {
    @Override
    public void close() {
      arena.close();
    }
  }

  private Map<String, Tensor> files(Model opened, TensorArena arena) throws IOException {
    var known = opened.program().inputs(opened.name()).keySet();
    var tensors = new LinkedHashMap<String, Tensor>();
    for (var input : inputs.entrySet()) {
      if (!known.contains(input.getKey())) {
        throw new UsageException("--input: the model has no input `" + input.getKey() + "`"
            + Names.similar(input.getKey(), known) + " (it has " + String.join(", ", known) + ")");
      }
      var read = Npy.read(input.getValue(), arena);
      var dense = arena.allocate(read.dtype(), read.shape());
      dense.copyFrom(read);
      tensors.put(input.getKey(), dense);
    }
    return tensors;
  }

  private Map<String, Tensor> sample(Model opened, TensorArena arena) {
    var test = data.load(opened).split().test();
    if (sample < 0 || sample >= test.size()) {
      throw new UsageException("--sample must be from 0 to " + (test.size() - 1) + ", found " + sample);
    }
    return one(test, arena);
  }

  private Map<String, Tensor> one(Dataset from, TensorArena arena) {
    var tensors = new LinkedHashMap<String, Tensor>();
    from.fields().forEach((name, type) -> {
      var tensor = arena.allocate(type.dtype(), batchShape(type));
      from.copy(name, new int[] {sample}, 0, 1, tensor);
      tensors.put(name, tensor);
    });
    return tensors;
  }

  private static Shape batchShape(TensorType type) {
    long[] sizes = new long[type.shape().rank() + 1];
    sizes[0] = 1;
    System.arraycopy(type.shape().sizes(), 0, sizes, 1, sizes.length - 1);
    return Shape.of(sizes);
  }

  private Map<String, Long> sizes(Model opened, Map<String, Tensor> given) {
    var types = new LinkedHashMap<String, TensorType>();
    given.forEach((name, tensor) -> types.put(name, new TensorType(tensor.dtype(), tensor.shape())));
    types.forEach((name, type) -> {
      if (type.shape().elements() == 0) {
        throw new InputException("the input " + name + " is " + type + ", which holds nothing: give at least one sample");
      }
    });
    var sizes = opened.sizes(types);
    for (var size : opened.program().freeSizes(opened.name())) {
      if (!sizes.containsKey(size)) {
        throw new UsageException("no input that was given tells the size " + size + ": give all that it occurs in: "
            + opened.program().inputs(opened.name()));
      }
    }
    return sizes;
  }

  /** Fails if the model has no output, or one of its inputs does not fit what was given. */
  private Elaborated requireInputs(Elaborated elaborated, Map<String, Tensor> given) {
    model.requireOutput(elaborated);
    var needed = elaborated.graph().inputs();
    for (var input : elaborated.inputs()) {
      var tensor = given.get(input.name());
      if (tensor == null && needed.contains(input.value())) {
        throw new UsageException("the input " + input.name() + ": " + input.declared() + " is missing: give it with "
            + "--input " + input.name() + "=FILE.npy");
      }
      if (tensor != null && !input.type().equals(new TensorType(tensor.dtype(), tensor.shape()))) {
        throw new InputException("the input " + input.name() + " is " + input.type() + ", found "
            + new TensorType(tensor.dtype(), tensor.shape()));
      }
    }
    return elaborated;
  }

  private void show(Map<String, Tensor> results, Map<String, Tensor> given) throws IOException {
    if (inputs.isEmpty()) {
      given.forEach((name, tensor) -> {
        if (tensor.shape().elements() == 1) {
          output.line("sample " + sample + ": " + name + " " + Values.text(tensor));
        }
      });
    }
    var outputs = new LinkedHashMap<String, Object>();
    for (var result : results.entrySet()) {
      var tensor = result.getValue();
      output.line(result.getKey() + " " + new TensorType(tensor.dtype(), tensor.shape()) + ": " + Values.text(tensor));
      outputs.put(result.getKey(), Values.object(tensor));
      if (out != null) {
        var target = out.resolve(result.getKey() + ".npy");
        Npy.write(target, tensor);
        output.remark("wrote " + target);
      }
    }
    output.object(Map.of("outputs", outputs));
  }
}
