package dev.gatun.tools.data;

import dev.gatun.tools.data.DataSource.BuiltIn;
import dev.gatun.tools.data.DataSource.IdxFiles;
import dev.gatun.tools.data.DataSource.Text;
import java.util.List;

/** The data sets that can be asked for by name. */
public final class DataSets {
  private static final String IMAGES = "image: f32[1, 28, 28], label: i32";

  private static final List<DataSource> ALL = List.of(
      new DataSource("digits", "1438", "359", "image: f32[1, 8, 8], label: i32",
          "handwritten digits, 8×8 (UCI optical digits)", "CC BY 4.0",
          new BuiltIn("in the jar", Digits::load)),
      new DataSource("fashion-mnist", "60000", "10000", IMAGES, "clothes in ten classes, 28×28 (Zalando 2017)", "MIT",
          new IdxFiles("install it with `apt-get install dataset-fashion-mnist`, or name its folder with --data-dir")),
      new DataSource("mnist", "60000", "10000", IMAGES, "handwritten digits, 28×28 (LeCun 1998)",
          "none stated; not passed on by Gatun",
          new IdxFiles("put its four IDX files, plain or .gz, into a folder and name that with --data-dir")),
      new DataSource("characters", "9/10 of the text", "the rest", "token: i32[window]",
          "windows of a text, one token a character (sonnets, or the file that --data-dir names)", "public domain",
          new Text()),
      new DataSource("brackets", "8000", "2000", "token: i32[32], length: i32, label: i32",
          "strings of brackets, 2 to 32 long: does every bracket close?", "none needed",
          new BuiltIn("made by rule", Brackets::load)));

  private DataSets() {}

  /** Every data set. */
  public static List<DataSource> all() {
    return ALL;
  }

  /**
   * The data set of a name, as typed ({@code fashion-mnist}) or as a recipe writes it ({@code fashion_mnist}).
   *
   * @return null if there is none
   */
  public static DataSource find(String name) {
    var typed = name.replace('_', '-');
    return ALL.stream().filter(source -> source.name().equals(typed)).findFirst().orElse(null);
  }
}
