/**
 * The verbs of the command line.
 *
 * <p><b>What it guarantees.</b> Results go to stdout, messages to stderr; with {@code --json} stdout carries one
 * object, on its last line. Exit codes: 0 good, 1 a check failed, 2 usage, 3 bad input file, 4 out of memory budget,
 * 143 stopped by SIGTERM after saving. A failure is one message with its place and its remedy; {@code --debug} adds
 * the stack trace.
 */
package dev.gatun.tools.command;
