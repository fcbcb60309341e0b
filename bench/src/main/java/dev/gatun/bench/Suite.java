package dev.gatun.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What can be measured: each suite has cases of its own, and makes others of sizes that a user gives. */
public enum Suite {
  /** Products of matrices. */
  GEMM("products of f32 matrices: squares, and those of known networks", Suite.PRODUCT, Cases::products,
      s -> Stream.of(Product.of("", s.get("M"), s.get("N"), s.get("K")))),
  /** The same where the right matrix is a weight that stays. */
  PACKED("the products whose right matrix is a weight, which stays and is packed once", Suite.PRODUCT,
      Cases::packedProducts, s -> Stream.of(Product.of("", s.get("M"), s.get("N"), s.get("K")).withConstant())),
  /** Products by weights of few bits. */
  NARROW("products by weights of 8 and 16 bits, which stay", Suite.PRODUCT, Cases::narrowProducts,
      s -> Cases.narrow("given", s.get("M"), s.get("N"), s.get("K"))),
  /** Outputs of convolutions. */
  CONV("outputs of convolutions of known networks", Suite.CONVOLUTION, Cases::convolutions,
      s -> Stream.of(convolution(s))),
  /** Convolutions by minimal filtering. */
  WINOGRAD("those of 3 × 3 by minimal filtering, which changes the order of arithmetic", "N=1 C=64 SIZE=56 O=64",
      Cases::filtered, s -> Cases.filtered(Convolution.of("given", s.get("C"), s.get("SIZE"), s.get("O"), 3, 1)
      .images(s.get("N")))),
  /** Gradients of the same convolutions. */
  CONVGRAD("their gradients: of the image, of the weight, and both with the output", Suite.CONVOLUTION,
      Cases::gradients, s -> Cases.gradients(convolution(s))),
  /** Arithmetic on each element. */
  MAP("arithmetic on each element, and sums, in cache and out of it", "ELEMENTS=4096", Cases::maps,
      s -> Stream.of(new Chain(s.get("ELEMENTS")))),
  /** Moves of elements. */
  MEMORY("transposes, strided copies, sums of columns, embeddings and their gradient, top k", "ROWS=256 COLUMNS=128",
      Cases::movements, s -> Cases.movements(s.get("ROWS"), s.get("COLUMNS"))),
  /** Functions of rows. */
  NORM("layer_norm, softmax, gelu, cross_entropy, and their gradients", "ROWS=256 COLUMNS=768", Cases::rows,
      s -> Cases.rows(s.get("ROWS"), s.get("COLUMNS"))),
  /** Attention. */
  ATTENTION("attention, forward and backward", "HEADS=12 LENGTH=128 SIZE=64", Cases::attention,
      s -> Cases.attention(s.get("HEADS"), s.get("LENGTH"), s.get("SIZE"))),
  /** Passes through networks. */
  INFER("passes through networks whose weights stay", "N=1", Cases::inferences,
      s -> Stream.of(Network.values()).map(network -> new Inference(network, s.get("N")))),
  /** Passes in several sessions at once. */
  SERVE("passes by as many sessions at once as threads, each on one", "N=1", Cases::servings,
      s -> Cases.servings(s.get("N"))),
  /** Processes from start to end. */
  COLDSTART("processes from their start to a network's first result", "N=1", Cases::coldStarts,
      s -> Stream.of(Network.values()).map(network -> new ColdStart(network, s.get("N")))),
  /** Training steps of recurrent networks. */
  RNN("training steps of recurrent networks", "N=32", Cases::recurrent,
      s -> Stream.of(new TrainingStep(Network.LSTM, s.get("N")))),
  /** Whole training steps. */
  TRAIN("training steps of other networks", "N=64", Cases::steps, s -> Stream.of(Network.LENET, Network.RESNET18,
      Network.TRANSFORMER).map(network -> new TrainingStep(network, s.get("N"))));

  private static final String PRODUCT = "M=512 N=512 K=512";
  private static final String CONVOLUTION = "N=1 C=64 SIZE=56 O=64 KERNEL=3 STRIDE=1 GROUPS=1";

  private final String about;
  private final Map<String, Integer> sizes = new LinkedHashMap<>();
  private final Supplier<List<Work>> cases;
  private final Function<Map<String, Integer>, Stream<Work>> maker;

  Suite(String about, String sizes, Supplier<List<Work>> cases, Function<Map<String, Integer>, Stream<Work>> maker) {
    this.about = about;
    this.cases = cases;
    this.maker = maker;
    for (var size : sizes.split(" ")) {
      this.sizes.put(size.split("=")[0], Integer.valueOf(size.split("=")[1]));
    }
  }

  /** How it is called on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The suite of a name, or null. */
  public static Suite named(String label) {
    return Arrays.stream(values()).filter(suite -> suite.label().equals(label)).findFirst().orElse(null);
  }

  /** What it measures. */
  public String about() {
    return about;
  }

  /** The sizes that can be given, and what each is where it is not. */
  public Map<String, Integer> sizes() {
    return java.util.Collections.unmodifiableMap(sizes);
  }

  /** The cases that stand in the tables. */
  public List<Work> works() {
    return cases.get();
  }

  /**
   * Cases of given sizes: all combinations.
   *
   * @throws IllegalArgumentException if the suite has no such size
   */
  public List<Work> works(Map<String, List<Integer>> given) {
    var combinations = List.of(sizes);
    for (var size : given.entrySet()) {
      if (!sizes.containsKey(size.getKey())) {
        throw new IllegalArgumentException(label() + " has no size " + size.getKey() + ", it has "
            + String.join(", ", sizes.keySet()));
      }
      var wider = new ArrayList<Map<String, Integer>>();
      for (var combination : combinations) {
        for (int value : size.getValue()) {
          var one = new LinkedHashMap<>(combination);
          one.put(size.getKey(), value);
          wider.add(one);
        }
      }
      combinations = wider;
    }
    return combinations.stream().flatMap(maker).toList();
  }

  private static Convolution convolution(Map<String, Integer> s) {
    return Convolution.of("given", s.get("C"), s.get("SIZE"), s.get("O"), s.get("KERNEL"), s.get("STRIDE"))
        .grouped(s.get("GROUPS")).images(s.get("N"));
  }
}
