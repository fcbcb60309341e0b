package dev.gatun.graph;

import dev.gatun.memory.DType;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Reference;
import dev.gatun.ops.Scan;
import dev.gatun.ops.Source.Role;
import dev.gatun.ops.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What is taken out of a loop comes to what the loop would have made. */
class ScanFissionTest {

  private interface Form {
    List<Value> emit(Builder b, Scan scan, List<Value> operands);
  }

  private static final Form WHOLE = Builder::apply;
  private static final Form SPLIT = Builder::scan;

  /** A graph of a scan's results. */
  private static Graph graph(Scan scan, Form form) {
    var b = new Builder();
    var types = ScanCases.operands(scan);
    var operands = new java.util.ArrayList<Value>();
    for (int i = 0; i < types.size(); i++) {
      operands.add(b.source("x" + i, Role.INPUT, types.get(i)));
    }
    var results = form.emit(b, scan, operands);
    var outputs = new LinkedHashMap<String, Value>();
    for (int i = 0; i < results.size(); i++) {
      outputs.put("y" + i, results.get(i));
    }
    return Graph.of(outputs, Map.of());
  }

  private static Map<String, Reference> sources(Scan scan, Random random) {
    var sources = new LinkedHashMap<String, Reference>();
    var types = ScanCases.operands(scan);
    for (int i = 0; i < types.size(); i++) {
      int count = (int) types.get(i).shape().elements();
      sources.put("x" + i, Reference.of(types.get(i), types.get(i).dtype() == DType.BOOL
          ? random.ints(count, 0, 2).asDoubleStream().toArray()
          : random.doubles(count, -2, 2).map(x -> (float) x).toArray()));
    }
    return sources;
  }

  private static <T> void compare(long seed, DType dtype, double tolerance,
      BiFunction<Graph, Map<String, Reference>, Map<String, Reference>> run) {
    var random = new Random(seed);
    var scan = ScanCases.draw(random, dtype);
    var sources = sources(scan, random);
    var expected = run.apply(graph(scan, WHOLE), sources);
    var found = run.apply(graph(scan, SPLIT), sources);
    expected.forEach((name, value) ->
        Closeness.check(name + " of " + scan + ", seed " + seed, value, found.get(name), tolerance, tolerance));
  }

  /** The split loop means the same. */
  @Property(tries = 300)
  void meansTheSame(@ForAll long seed) {
    compare(seed, DType.F64, 1e-13, (graph, sources) -> {
      var values = GraphRunner.define(graph, sources);
      var outputs = new LinkedHashMap<String, Reference>();
      graph.outputs().forEach((name, value) -> outputs.put(name, values.get(value)));
      return outputs;
    });
  }

  /** On the CPU it gives the same bits. */
  @Property(tries = 150)
  void keepsEveryBit(@ForAll long seed) {
    compare(seed, DType.F32, 0, (graph, sources) -> GraphRunner.run(graph, Machines.named("cpu"), 2, sources).outputs());
  }
}
