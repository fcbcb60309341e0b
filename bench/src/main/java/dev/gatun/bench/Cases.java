package dev.gatun.bench;

import dev.gatun.bench.Convolution.Part;
import dev.gatun.memory.DType;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The cases that stand in the tables: squares, and shapes of known networks. */
final class Cases {
  /** Of LeNet-5 at batch 64: layers and the gradients of their weights. */
  private static final List<Product> LENET_PRODUCTS = List.of(Product.of("LeNet fc1", 64, 120, 400).byWeight(),
      Product.of("LeNet fc2", 64, 84, 120).byWeight(), Product.of("LeNet fc1 gradient", 120, 400, 64).ofGradient());
  /** Convolutions of 1×1 and the last layer of ResNet-50. */
  private static final List<Product> RESNET_PRODUCTS = List.of(Product.of("ResNet-50 conv2 in", 3136, 64, 256),
      Product.of("ResNet-50 conv2 out", 3136, 256, 64), Product.of("ResNet-50 conv3 in", 784, 128, 512),
      Product.of("ResNet-50 conv3 out", 784, 512, 128), Product.of("ResNet-50 conv4 in", 196, 256, 1024),
      Product.of("ResNet-50 conv4 out", 196, 1024, 256), Product.of("ResNet-50 conv5 in", 49, 512, 2048),
      Product.of("ResNet-50 conv5 out", 49, 2048, 512), Product.of("ResNet-50 fc", 1, 1000, 2048).byWeight(),
      Product.of("ResNet-50 fc", 16, 1000, 2048).byWeight());
  /** A layer of BERT base on 128 tokens. */
  private static final List<Product> BERT_PRODUCTS = List.of(Product.of("BERT projection", 128, 768, 768).byWeight(),
      Product.of("BERT feed-forward in", 128, 3072, 768).byWeight(),
      Product.of("BERT feed-forward out", 128, 768, 3072).byWeight(),
      new Product("BERT scores", 12, 128, 128, 64, false, true, false),
      new Product("BERT mix", 12, 128, 64, 128, false, false, false));
  /** An LSTM of 256 on 100 steps of 32 sequences. */
  private static final List<Product> LSTM_PRODUCTS = List.of(Product.of("LSTM turn", 32, 1024, 256).byWeight(),
      Product.of("LSTM inputs", 3200, 1024, 256).byWeight(), Product.of("LSTM gradient", 1024, 256, 3200).ofGradient());

  /** Images at a time where there are several. */
  private static final int IMAGES = 16;
  private static final List<Convolution> LAYERS = List.of(
      Convolution.of("ResNet-50 conv1", 3, 224, 64, 7, 2), Convolution.of("ResNet-50 conv2", 64, 56, 64, 1, 1),
      Convolution.of("ResNet-50 conv2", 64, 56, 64, 3, 1), Convolution.of("ResNet-50 conv2", 64, 56, 256, 1, 1),
      Convolution.of("ResNet-50 conv3", 256, 56, 512, 1, 2), Convolution.of("ResNet-50 conv3", 128, 56, 128, 3, 2),
      Convolution.of("ResNet-50 conv3", 128, 28, 128, 3, 1), Convolution.of("ResNet-50 conv3", 128, 28, 512, 1, 1),
      Convolution.of("ResNet-50 conv4", 256, 14, 256, 3, 1), Convolution.of("ResNet-50 conv4", 1024, 14, 256, 1, 1),
      Convolution.of("ResNet-50 conv5", 512, 7, 512, 3, 1), Convolution.of("ResNet-50 conv5", 512, 7, 2048, 1, 1),
      Convolution.of("VGG-16 conv2", 64, 112, 128, 3, 1), Convolution.of("VGG-16 conv3", 256, 56, 256, 3, 1),
      Convolution.of("VGG-16 conv5", 512, 14, 512, 3, 1),
      Convolution.of("MobileNet v2 first", 3, 224, 32, 3, 2),
      Convolution.of("MobileNet v2 depthwise", 96, 112, 96, 3, 2).grouped(96),
      Convolution.of("MobileNet v2 depthwise", 144, 56, 144, 3, 1).grouped(144),
      Convolution.of("MobileNet v2 depthwise", 384, 14, 384, 3, 1).grouped(384),
      Convolution.of("MobileNet v2 wider", 24, 56, 144, 1, 1),
      Convolution.of("MobileNet v2 narrower", 384, 14, 64, 1, 1),
      Convolution.of("U-Net top", 64, 128, 64, 3, 1), Convolution.of("U-Net joined", 256, 64, 128, 3, 1),
      Convolution.of("U-Net last", 64, 128, 2, 1, 1));

  private Cases() {}

  /** Products whose right matrix is a weight, outside of training. */
  static List<Work> packedProducts() {
    return Stream.of(LENET_PRODUCTS, RESNET_PRODUCTS, BERT_PRODUCTS, LSTM_PRODUCTS).flatMap(List::stream)
        .filter(product -> product.batch() == 1 && !product.transposedA()).map(Product::withConstant)
        .collect(Collectors.toList());
  }

  /** A layer of BERT base on 128 tokens and on one, and the last one of ResNet-50. */
  static List<Work> narrowProducts() {
    return Stream.of(narrow("BERT feed-forward in", 128, 3072, 768), narrow("BERT feed-forward in", 1, 3072, 768),
        narrow("ResNet-50 fc", 16, 1000, 2048)).flatMap(s -> s).collect(Collectors.toList());
  }

  static Stream<Work> narrow(String origin, int m, int n, int k) {
    return Stream.of(DType.I8, DType.F16, DType.BF16).map(weight -> new Narrow(origin, weight, m, n, k));
  }

  static List<Work> products() {
    var all = IntStream.of(64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048).mapToObj(n -> Product.of("", n, n, n))
        .collect(Collectors.<Work>toList());
    Stream.of(LENET_PRODUCTS, RESNET_PRODUCTS, BERT_PRODUCTS, LSTM_PRODUCTS).forEach(all::addAll);
    return all;
  }

  /** Each layer on one image and on several. */
  static List<Work> convolutions() {
    return Stream.concat(LAYERS.stream(), LAYERS.stream().map(layer -> layer.images(IMAGES)))
        .collect(Collectors.toList());
  }

  /** The gradients of each layer on several images. */
  static List<Work> gradients() {
    return LAYERS.stream().map(layer -> layer.images(IMAGES)).flatMap(Cases::gradients).collect(Collectors.toList());
  }

  /** The layers that minimal filtering serves, and the gradients of their images. */
  static List<Work> filtered() {
    return IntStream.of(1, IMAGES).boxed().flatMap(images -> LAYERS.stream().map(layer -> layer.images(images)))
        .filter(layer -> layer.kernel() == 3 && layer.stride() == 1 && layer.groups() == 1)
        .flatMap(Cases::filtered).collect(Collectors.toList());
  }

  static Stream<Work> filtered(Convolution layer) {
    return Stream.of(Part.OUTPUT, Part.DATA).map(part -> layer.part(part).byFiltering());
  }

  static Stream<Work> gradients(Convolution layer) {
    return Stream.of(Part.DATA, Part.WEIGHT, Part.ALL).map(layer::part);
  }

  static List<Work> maps() {
    return List.of(new Chain(4096), new Chain(16 << 20), new Total(64, 64), new Total(4096, 4096));
  }

  /** In cache and out of it; rows of a width that tables of words and classes have. */
  static List<Work> movements() {
    return Stream.of(movements(256, 128), movements(1 << 15, 1024)).flatMap(s -> s).collect(Collectors.toList());
  }

  static Stream<Work> movements(int rows, int columns) {
    return Stream.of(Movement.Kind.values()).map(kind -> new Movement(kind, rows, columns));
  }

  /** In cache and out of it. */
  static List<Work> rows() {
    return Stream.concat(rows(64, 128), rows(1 << 15, 1024)).toList();
  }

  static Stream<Work> rows(int rows, int columns) {
    return Stream.of(Rows.Function.values()).flatMap(function -> Stream.of(new Rows(function, rows, columns, false),
        new Rows(function, rows, columns, true)));
  }

  static List<Work> attention() {
    return IntStream.of(128, 256, 512, 1024, 2048).boxed().flatMap(length -> attention(12, length, 64)).toList();
  }

  static Stream<Work> attention(int heads, int length, int size) {
    return Stream.of(new Attention(heads, length, size, false), new Attention(heads, length, size, true));
  }

  static List<Work> steps() {
    return List.of(new TrainingStep(Network.LENET, 64), new TrainingStep(Network.LENET, 512),
        new TrainingStep(Network.RESNET18, 32), new TrainingStep(Network.RESNET18, 32, true),
        new TrainingStep(Network.TRANSFORMER, 8));
  }

  /** One sample and several. */
  static List<Work> inferences() {
    return Stream.of(Network.values())
        .flatMap(network -> Stream.of(new Inference(network, 1), new Inference(network, IMAGES)))
        .collect(Collectors.toList());
  }

  static List<Work> servings() {
    return servings(1).toList();
  }

  static Stream<Work> servings(int batch) {
    return Stream.of(Network.values()).map(network -> new Serving(new Inference(network, batch)));
  }

  static List<Work> coldStarts() {
    return Stream.of(Network.values()).map(network -> new ColdStart(network, 1)).collect(Collectors.toList());
  }

  static List<Work> recurrent() {
    return List.of(new TrainingStep(Network.LSTM, 32));
  }
}
