package dev.gatun.tools.command;

import dev.gatun.graph.Model;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** For which sizes a verb looks at a model. */
final class SizeOptions {
  @Option(names = "--shapes", paramLabel = "SIZE=N",
      description = "A free size, such as N=8; if not given, N is the batch and others are those of the data set.")
  private Map<String, Long> shapes = new LinkedHashMap<>();
  @Mixin
  private DataOptions data;

  /** Sizes as given; the rest is the data set's, which is read only if it is needed. */
  Map<String, Long> of(Model opened, int batch) {
    var free = opened.program().freeSizes(opened.name());
    CheckCommand.requireKnown(shapes, free);
    var sizes = new LinkedHashMap<>(opened.sizes(Map.of(), batch));
    sizes.putAll(shapes);
    if (!sizes.keySet().containsAll(free) && data.isNamed(opened)) {
      sizes = new LinkedHashMap<>(opened.sizes(data.load(opened).split().test().fields(), batch));
      sizes.putAll(shapes);
    }
    for (var size : free) {
      if (!sizes.containsKey(size)) {
        throw new UsageException("the size " + size + " is free: give it with --shapes " + size + "=8");
      }
    }
    return sizes;
  }
}
