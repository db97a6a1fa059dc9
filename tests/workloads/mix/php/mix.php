<?php
// Burns CPU time in sections of known shares and says what each has used (../README.md).
//
// Own: `language`, the interpreter at work. zlib and hash are native libraries, json and containers
// PHP's own C code, regex the PCRE library and the machine code that it generates. PHP has no thread
// clock: the process has one thread, and getrusage() tells the process's time. Nor does PHP 8.2 tell
// what its collector took: that is part of alloc.
declare(strict_types=1);

require __DIR__ . '/language.php';
require __DIR__ . '/sections.php';

const SLICE_S = 0.004;
const REPORT_S = 1.0;

function cpu_s(): float
{
    $usage = getrusage();
    return $usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec']
        + ($usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec']) / 1e6;
}

function parse_shares(string $text, array $known): array
{
    $shares = [];
    foreach (explode(',', $text) as $part) {
        [$name, $weight] = explode('=', $part);
        if (!isset($known[$name])) {
            fwrite(STDERR, "no such section: $name\n");
            exit(2);
        }
        $shares[$name] = (float) $weight;
    }
    $total = array_sum($shares);
    return array_map(fn ($share) => $share / $total, $shares);
}

function report(array $spent): void
{
    echo json_encode(['at' => microtime(true), 'cpu_s' => cpu_s(), 'sections' => $spent]), "\n";
    flush();
}

// The section that is furthest behind its share.
function next_section(array $shares, array $spent): string
{
    $total = array_sum($spent);
    $behind = [];
    foreach ($shares as $name => $share) {
        $behind[$name] = $share * $total - $spent[$name];
    }
    arsort($behind);
    return array_key_first($behind);
}

function burn(array $work, array $shares, float $seconds): void
{
    $spent = array_map(fn () => 0.0, $shares);
    $end = microtime(true) + $seconds;
    $next_report = 0.0;
    $last = cpu_s();
    while (($now = microtime(true)) < $end) {
        if ($now >= $next_report) {
            report($spent);
            $next_report = $now + REPORT_S;
        }
        $section = next_section($shares, $spent);
        do {
            $work[$section]();
            $used = cpu_s() - $last;
        } while ($used < SLICE_S);
        $spent[$section] += $used;
        $last += $used;
    }
    report($spent);
}

$options = ['seconds' => '10', 'shares' => 'language=1', ...getopt('', ['seconds:', 'shares:'])];
$work = all_sections();
burn($work, parse_shares($options['shares'], $work), (float) $options['seconds']);
