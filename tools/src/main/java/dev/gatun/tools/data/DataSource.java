package dev.gatun.tools.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A data set that can be asked for by name.
 *
 * @param name as typed; a recipe writes {@code _} for {@code -}
 * @param train samples to learn from, in words
 * @param test samples that only measure, in words
 * @param fields what a sample holds
 * @param about what it is, in a few words
 * @param licence under which it comes
 * @param origin where it is found: in the jar, made by rule, or in files
 */
public record DataSource(String name, String train, String test, String fields, String about, String licence,
    Origin origin) {

  /** Where the samples come from. */
  public sealed interface Origin {}

  /** Nothing has to be there: the jar has it, or a rule makes it. */
  record BuiltIn(String what, Maker maker) implements Origin {}

  /** Four IDX files of images and labels in one folder. */
  record IdxFiles(String remedy) implements Origin {}

  /** Windows of the text in the jar, or of a file if the user names one. */
  record Text() implements Origin {}

  /** Makes the samples of a data set that needs no file. */
  @FunctionalInterface
  interface Maker {
    Split make();
  }

  /**
   * Where it will be read from.
   *
   * @return null if it is not there
   */
  public String place(DataFolders folders) {
    return switch (origin) {
      case BuiltIn builtIn -> builtIn.what();
      case IdxFiles _ -> {
        var folder = folder(folders);
        yield folder == null ? null : folder.toString();
      }
      case Text _ -> folders.given() == null ? "in the jar" : folders.given().toString();
    };
  }

  /** What to do if it is not there. */
  public String remedy() {
    return origin instanceof IdxFiles files ? files.remedy() : "";
  }

  /**
   * Reads it.
   *
   * @param arguments those that a recipe gives it by name: {@code window} of a text
   * @throws DataException if it is missing, damaged, or does not take the arguments
   */
  public Split load(DataFolders folders, Map<String, Long> arguments) {
    requireKnown(arguments.keySet());
    return switch (origin) {
      case BuiltIn builtIn -> builtIn.maker().make();
      case IdxFiles files -> {
        var folder = folder(folders);
        if (folder == null) {
          throw new DataException(name + " was not found in " + folders.of(name).stream().map(Path::toString)
              .collect(Collectors.joining(" or ")) + ": " + files.remedy());
        }
        yield IdxImages.load(folder);
      }
      case Text _ -> {
        int window = Math.clamp(arguments.getOrDefault("window", (long) Characters.WINDOW), 0, Integer.MAX_VALUE);
        yield folders.given() == null ? Characters.load(window) : Characters.load(text(folders.given()), window);
      }
    };
  }

  /**
   * Fails unless the data set takes these arguments.
   *
   * @throws DataException naming the first that it does not take
   */
  public void requireKnown(Set<String> arguments) {
    arguments.stream().filter(key -> !(origin instanceof Text && key.equals("window"))).findFirst().ifPresent(key -> {
      throw new DataException("data set " + name + " has no argument `" + key + "`"
          + (origin instanceof Text ? ", it has `window`" : ""));
    });
  }

  private Path folder(DataFolders folders) {
    return folders.of(name).stream().filter(IdxImages::isIn).findFirst().orElse(null);
  }

  /** A text is named by itself, or by the folder in which it is called {@code text.txt}. */
  private static Path text(Path given) {
    return Files.isDirectory(given) ? given.resolve("text.txt") : given;
  }
}
