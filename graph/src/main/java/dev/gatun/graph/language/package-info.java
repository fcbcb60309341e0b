/**
 * The model language: text in, graph out.
 *
 * <pre>
 * Source ─ Lexer ─► tokens ─ Parser ─► Syntax ─ Elaborator (sizes, training) ─► Elaborated: Graph, parameters, recipe
 *                     └─ Formatter ─► canonical text
 * </pre>
 *
 * <p>{@link dev.gatun.graph.language.Program} is the way in, {@link dev.gatun.graph.language.ProgramBuilder} writes the
 * text by calls from Java. Everything that can be wrong with a text ends in a
 * {@link dev.gatun.graph.language.LanguageException} whose diagnostics name place, expectation, finding and a way out.
 * A text is never trusted: its length, nesting, loops, lists and calls are bounded, it reads only files below its own
 * folder, and no text overflows the stack or runs for ever.
 *
 * <p>The grammar stands in {@code docs/language.md}; {@link dev.gatun.graph.language.Syntax} follows it rule by rule.
 * Layers are written in the language: the {@code .gat} files beside this package.
 */
package dev.gatun.graph.language;
