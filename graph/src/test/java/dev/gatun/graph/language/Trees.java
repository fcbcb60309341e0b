package dev.gatun.graph.language;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the tests of the language share: the example programs, and trees as text. */
final class Trees {

  /** The example files of the reference. */
  static final List<String> EXAMPLES =
      List.of("iris", "lenet", "inception", "unet", "wgan", "review", "gpt", "yolo", "residual");

  private Trees() {}

  /** A tree without its places, so that two layouts of one program compare equal. */
  static String text(Syntax tree) {
    return tree.toString().replaceAll("(place|sign)=t:\\d+:\\d+(, )?", "");
  }

  static Syntax.File parse(String text) {
    return Parser.parse(new Source("t", text));
  }

  static String format(String text) {
    return Formatter.format(new Source("t", text));
  }

  static String example(String name) {
    try (InputStream in = Trees.class.getResourceAsStream(name + ".gat")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
