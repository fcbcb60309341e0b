/**
 * The command line and what it needs around a model: data sets, metrics, reports and the zoo.
 *
 * <p><b>What it guarantees.</b> With {@code --json}, stdout carries data alone; the exit code says how it ended.
 *
 * <p><b>What is dangerous.</b> Everything here reads files that others wrote: none is trusted.
 */
package dev.gatun.tools;
