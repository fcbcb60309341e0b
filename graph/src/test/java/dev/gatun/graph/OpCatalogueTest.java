package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.ops.Op;
import dev.gatun.ops.Source;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OpCatalogueTest {
  /** Every primitive has cases, so every primitive passes the contract and gradient tests on every machine. */
  @Test
  void everyPrimitiveIsTested() {
    var declared = Arrays.stream(Op.Primitive.class.getPermittedSubclasses()).filter(c -> c != Source.class)
        .map(Class::getSimpleName).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(declared, new TreeSet<>(OpCases.ALL.keySet()));
  }
}
