package dev.gatun.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Reads the compiled descriptors: which room may know which, and that the engine needs the JDK alone. */
class ModuleDirectionsTest {
  private static final String OURS = "dev.gatun.";

  /** The engine's modules and what each may know of the others. */
  private static final Map<String, Set<String>> ENGINE = Map.of(
      "dev.gatun.memory", Set.of(),
      "dev.gatun.ops", Set.of("dev.gatun.memory"),
      "dev.gatun.simd", Set.of("dev.gatun.memory", "dev.gatun.ops"),
      "dev.gatun.graph", Set.of("dev.gatun.memory", "dev.gatun.ops"),
      "dev.gatun.cuda", Set.of("dev.gatun.memory", "dev.gatun.ops"));

  /** Modules that may know the whole engine. */
  private static final Set<String> ABOVE = Set.of("dev.gatun.bench", "dev.gatun.tools");

  /** Whatever incubates, the Vector API for now. */
  private static final String INCUBATING = "jdk.incubator.";

  private static Map<String, Set<String>> requirements() throws IOException {
    var requirements = new TreeMap<String, Set<String>>();
    var places = ModuleDirectionsTest.class.getClassLoader().getResources("module-info.class");
    for (var place : Collections.list(places)) {
      try (var bytes = place.openStream()) {
        var descriptor = ModuleDescriptor.read(bytes);
        if (descriptor.name().startsWith(OURS)) {
          requirements.put(descriptor.name(), descriptor.requires().stream()
              .map(ModuleDescriptor.Requires::name).collect(Collectors.toCollection(TreeSet::new)));
        }
      }
    }
    return requirements;
  }

  @Test
  void everyModuleIsSeen() throws IOException {
    var all = new TreeSet<>(ENGINE.keySet());
    all.addAll(ABOVE);
    assertEquals(all, requirements().keySet());
  }

  @Test
  void engineKnowsOnlyWhatStandsBelow() throws IOException {
    var requirements = requirements();
    ENGINE.forEach((module, allowed) -> requirements.get(module).stream()
        .filter(name -> !name.startsWith("java.") && !name.startsWith("jdk."))
        .forEach(name -> assertTrue(allowed.contains(name), () -> module + " must not require " + name)));
  }

  @Test
  void onlyTheToolsKnowTheBench() throws IOException {
    requirements().forEach((module, required) -> ABOVE.forEach(above -> assertTrue(!required.contains(above)
        || module.equals("dev.gatun.tools"), () -> module + " must not require " + above)));
  }

  @Test
  void incubatingModulesStayInOneRoom() throws IOException {
    var users = requirements().entrySet().stream()
        .filter(module -> module.getValue().stream().anyMatch(name -> name.startsWith(INCUBATING)))
        .map(Map.Entry::getKey).collect(Collectors.toSet());
    assertTrue(users.remove("dev.gatun.simd"), "dev.gatun.simd names the vectors");
    users.remove("dev.gatun.bench");
    assertEquals(Set.of(), users);
  }
}
