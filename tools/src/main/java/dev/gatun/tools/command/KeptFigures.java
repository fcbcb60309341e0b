package dev.gatun.tools.command;

import dev.gatun.bench.Figures;
import dev.gatun.bench.Page;
import dev.gatun.bench.Peer;
import dev.gatun.bench.Row;
import dev.gatun.memory.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of {@code bench}: figures and their page, both written anew, whole or not at all, with each row. So a run
 * of hours that is stopped keeps what it has.
 */
final class KeptFigures {
  private final Path save;
  private final Path page;
  private final List<Peer> peers;
  private final Figures figures;

  /**
   * Begins with what {@code save} holds already.
   *
   * @param save holds the figures; null for no file
   * @param page shows them; null for no file
   * @throws IOException if one of them cannot be read or written
   * @throws InputException if {@code save} is there and holds something else
   */
  KeptFigures(Path save, Path page, List<Peer> peers) throws IOException {
    this.save = save;
    this.page = page;
    this.peers = peers;
    figures = save == null || !Files.isRegularFile(save) ? Figures.of(List.of()) : read(save);
    for (var file : new Path[] {save, page}) {
      if (file != null) {
        AtomicFile.check(file);
      }
    }
  }

  /** @throws InputException if the file holds no figures */
  static Figures read(Path file) throws IOException {
    try {
      return Figures.parse(Files.readString(file));
    } catch (IllegalArgumentException e) {
      throw new InputException(file + ": " + e.getMessage());
    } catch (CharacterCodingException e) {
      throw new InputException(file + " is not UTF-8 text");
    }
  }

  /** Keeps rows, each in the place of that of the same case. */
  void add(List<Row> rows) {
    rows.forEach(figures::add);
    try {
      write(save, figures.text());
      write(page, Page.text(figures.rows(), peers));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, String text) throws IOException {
    if (file != null) {
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
