package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Evaluator;
import dev.gatun.ops.IndexException;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Op;
import dev.gatun.ops.Reference;
import dev.gatun.ops.ShapeException;
import dev.gatun.ops.Source;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class OpCatalogueTest {
  @Provide
  Arbitrary<String> primitives() {
    return Arbitraries.of(OpCases.ALL.keySet());
  }

  /** What an op becomes when it is applied, simpler values and windows over fewer axes included, is what it means. */
  @Property(tries = 1000)
  void appliedOpsMeanTheirDefinitions(@ForAll("primitives") String name, @ForAll long seed) {
    var drawn = OpCases.draw(name, seed, DType.F64);
    var b = new Builder();
    var sources = new LinkedHashMap<String, Reference>();
    var operands = OpCases.sources(b, drawn, sources);
    var expected = Evaluator.apply(drawn.op(), List.copyOf(sources.values()), drawn.op().infer(drawn.types()));
    var results = b.apply(drawn.op(), operands);
    var outputs = new LinkedHashMap<String, Value>();
    results.forEach(result -> outputs.put("y" + outputs.size(), result));
    var found = GraphRunner.define(Graph.of(outputs, Map.of()), sources);
    for (int i = 0; i < results.size(); i++) {
      Closeness.check(drawn.op().label(), expected.get(i), found.get(results.get(i)), 1e-12, 1e-12);
    }
  }

  /**
   * What a type rule lets pass has a meaning for numbers in its bounds; what it refuses, it refuses with op, attributes
   * and operands.
   */
  @Property(tries = 2000)
  void typeRulesKnowWhatHasAMeaning(@ForAll("primitives") String name, @ForAll long seed) {
    var drawn = OpCases.draw(name, seed, DType.F64);
    var types = changed(drawn.types(), new Random(seed));
    List<TensorType> results;
    try {
      results = drawn.op().infer(types);
    } catch (ShapeException e) {
      assertEquals(drawn.op().label(), e.op().label());
      assertEquals(types, e.operands());
      assertTrue(e.getMessage().startsWith(drawn.op().label() + ": ") && !e.rule().isBlank(), e.getMessage());
      types.forEach(type -> assertTrue(e.getMessage().contains(type.toString()), e.getMessage()));
      return;
    }
    try {
      Evaluator.apply(drawn.op(), types.stream().map(Reference::zeros).toList(), results);
    } catch (IndexException e) {
      // An axis without elements has no index 0, which is a matter of numbers, not of types.
      assertTrue(types.stream().anyMatch(type -> type.shape().elements() == 0), e.getMessage());
    }
  }

  /** Other operands: one more or less, or one of another dtype, rank or size. */
  private static List<TensorType> changed(List<TensorType> types, Random random) {
    var changed = new ArrayList<>(types);
    int at = types.isEmpty() ? -1 : random.nextInt(types.size());
    if (at < 0 || random.nextInt(6) == 0) {
      changed.add(TensorType.of(DType.F64, 2, 3));
      return changed;
    }
    var type = types.get(at);
    var sizes = type.shape().sizes();
    switch (random.nextInt(6)) {
      case 0 -> changed.remove(at);
      case 1 -> changed.set(at, type.withDType(DType.values()[random.nextInt(DType.values().length)]));
      case 2 -> changed.set(at, type.withShape(Shape.of(Arrays.copyOf(sizes, Math.max(0, sizes.length - 1)))));
      case 3 -> {
        var longer = Arrays.copyOf(sizes, sizes.length + 1);
        longer[sizes.length] = 1 + random.nextInt(2);
        changed.set(at, type.withShape(Shape.of(longer)));
      }
      default -> {
        if (sizes.length > 0) {
          int axis = random.nextInt(sizes.length);
          sizes[axis] = Math.max(0, sizes[axis] + List.of(-1, 1, 2).get(random.nextInt(3)));
          changed.set(at, type.withShape(Shape.of(sizes)));
        }
      }
    }
    return changed;
  }

  /** Every primitive has cases, so every primitive passes the contract and gradient tests on every machine. */
  @Test
  void everyPrimitiveIsTested() {
    var declared = Arrays.stream(Op.Primitive.class.getPermittedSubclasses()).filter(c -> c != Source.class)
        .map(Class::getSimpleName).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(declared, new TreeSet<>(OpCases.ALL.keySet()));
  }
}
