package dev.gatun.graph.language;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a file and what it imports, all of it in or below the folder of the file that imports. */
final class Loader {

  private static final int MOST_FILES = 200;

  private final Map<Path, Unit> units = new LinkedHashMap<>();
  private final List<Path> open = new ArrayList<>();

  /** A file from a path that its caller trusts. */
  Unit read(Path path) {
    try {
      return load(path, path.toRealPath(), null);
    } catch (NoSuchFileException missing) {
      throw new UncheckedIOException("there is no file " + path, missing);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  /** A source that stands alone: it may import nothing. */
  static Unit alone(Source source) {
    Syntax.File file = Parser.parse(source);
    for (Syntax.Top top : file.declarations()) {
      if (top instanceof Syntax.Import importation) {
        throw new LanguageException(new Diagnostic(importation.place(), "this text was not read from a file, so it cannot "
            + "import"));
      }
    }
    return new Unit(source, file);
  }

  /** The files read so far, those that are imported before those that import them. */
  List<Unit> units() {
    return List.copyOf(units.values());
  }

  private Unit load(Path shown, Path real, Syntax.Import from) throws IOException {
    Unit known = units.get(real);
    if (known != null) {
      return known;
    }
    if (open.contains(real) || units.size() + open.size() >= MOST_FILES) {
      throw fault(from, open.contains(real) ? "the imports go round in a circle" : "a program has at most " + MOST_FILES
          + " files");
    }
    Source source = new Source(shown.toString(), text(shown, real, from));
    Syntax.File file = Parser.parse(source);
    Unit unit = new Unit(source, file);
    open.add(real);
    for (Syntax.Top top : file.declarations()) {
      if (top instanceof Syntax.Import importation) {
        join(unit, importation, shown, real);
      }
    }
    open.removeLast();
    units.put(real, unit);
    return unit;
  }

  private static String text(Path shown, Path real, Syntax.Import from) throws IOException {
    if (!Files.isRegularFile(real)) {
      throw unreadable(shown + " is no file", from);
    }
    if (Files.size(real) > 4L * Lexer.LARGEST_FILE) {
      throw unreadable(shown + " is larger than 4 MiB", from);
    }
    try {
      return Files.readString(real, StandardCharsets.UTF_8);
    } catch (CharacterCodingException malformed) {
      throw unreadable(shown + " is not UTF-8 text", from);
    }
  }

  private static RuntimeException unreadable(String message, Syntax.Import from) {
    return from == null ? new UncheckedIOException(message, new IOException(message)) : fault(from, message);
  }

  private void join(Unit unit, Syntax.Import importation, Path shown, Path real) throws IOException {
    Path relative = contained(importation);
    Path folder = real.getParent();
    Path target;
    try {
      target = folder.resolve(relative).toRealPath();
    } catch (IOException missing) {
      throw fault(importation, "there is no file " + relative + " beside " + shown.getFileName());
    }
    if (!target.startsWith(folder)) {
      throw fault(importation, relative + " leads out of the folder of " + shown.getFileName());
    }
    Unit other = load(shown.resolveSibling(relative), target, importation);
    for (Syntax.Name name : importation.names()) {
      if (!other.exportTo(name.text(), unit)) {
        throw new LanguageException(new Diagnostic(name.place(), relative + " has no block, constant, shared layer or "
            + "model `" + name + "`", Similar.to(name.text(), other.names(true))));
      }
    }
  }

  /** The path of an import, which must go down only. */
  private static Path contained(Syntax.Import importation) {
    try {
      Path path = Path.of(importation.path().value());
      boolean down = !path.isAbsolute() && !importation.path().value().isEmpty();
      for (Path part : path) {
        down &= !part.toString().equals("..");
      }
      if (down) {
        return path;
      }
    } catch (InvalidPathException unreadable) {
      throw fault(importation, "this is no path: " + unreadable.getReason());
    }
    throw fault(importation, "an import lies in or below the importing file's folder");
  }

  private static LanguageException fault(Syntax.Import importation, String message) {
    return new LanguageException(new Diagnostic(importation.path().place(), message));
  }
}
