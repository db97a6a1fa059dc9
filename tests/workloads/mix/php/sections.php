<?php
// What the sections do. A call takes some 0.1 to 1 ms.
declare(strict_types=1);

final class Node
{
    public ?Node $left = null;
    public ?Node $right = null;

    public function __construct(public ?Node $owner)
    {
    }
}

function tree(int $depth, ?Node $owner): Node
{
    $node = new Node($owner); // a cycle through the children: only the collector can free it
    if ($depth > 0) {
        $node->left = tree($depth - 1, $node);
        $node->right = tree($depth - 1, $node);
    }
    return $node;
}

function zlib_section(): Closure
{
    $text = make_text(16000);
    return fn () => gzuncompress(gzcompress($text, 6));
}

function hash_section(): Closure
{
    $block = make_text(64 * 1024);
    return fn () => openssl_digest($block, 'sha256', true);
}

function json_section(): Closure
{
    $items = [];
    for ($i = 0; $i < 20; $i++) {
        $items[] = ['id' => $i, 'name' => WORDS[$i % 16], 'price' => $i * 1.37,
            'tags' => array_slice(WORDS, 0, 3), 'stock' => ['here' => $i % 9, 'open' => true]];
    }
    $text = json_encode($items);
    return function () use ($items, $text): void {
        json_encode($items);
        json_decode($text, true);
    };
}

function regex_section(): Closure
{
    $lines = '';
    for ($i = 0; $i < 100; $i++) {
        $lines .= '10.0.' . ($i % 7) . '.' . ($i % 251) . " - - \"GET /order/$i?q=9 HTTP/1.1\" 200\n";
    }
    $request = '#^(\d+\.\d+\.\d+\.\d+) .*"(GET|POST) (/\w+)/(\d+)(?:\?(\S*))? HTTP#m';
    return fn () => preg_match_all($request, $lines);
}

function containers_section(): Closure
{
    $numbers = [];
    for ($i = 0; $i < 2000; $i++) {
        $numbers[] = $i * 7919 % 100003;
    }
    $text = make_text(600);
    return function () use ($numbers, $text): int {
        $ordered = $numbers;
        sort($ordered);
        $positions = array_combine($ordered, $numbers);
        $joined = explode(',', str_replace('er', 're', implode(',', explode(' ', $text))));
        return count(array_diff_key($positions, array_flip($numbers))) + count($joined);
    };
}

function alloc_section(): Closure
{
    $survivors = array_fill(0, 300, null);
    $turn = 0;
    return function () use (&$survivors, &$turn): void {
        tree(6, null);
        tree(6, null);
        $survivors[$turn++ % 300] = tree(6, null);
    };
}

function syscalls_section(): Closure
{
    $file = tmpfile();
    fwrite($file, make_text(64 * 1024));
    stream_set_read_buffer($file, 0);
    stream_set_chunk_size($file, 64 * 1024);
    [$near, $far] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $message = str_repeat('x', 512);
    return function () use ($file, $near, $far, $message): void {
        for ($i = 0; $i < 4; $i++) {
            rewind($file);
            fread($file, 64 * 1024);
        }
        for ($i = 0; $i < 20; $i++) {
            fwrite($near, $message);
            fread($far, 512);
        }
        scandir('/etc', SCANDIR_SORT_NONE);
    };
}

function all_sections(): array
{
    $language = new Language();
    return ['language' => $language->work(...), 'zlib' => zlib_section(), 'hash' => hash_section(),
        'json' => json_section(), 'regex' => regex_section(), 'containers' => containers_section(),
        'alloc' => alloc_section(), 'syscalls' => syscalls_section()];
}
