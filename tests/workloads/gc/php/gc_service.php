<?php
// An allocating HTTP service on one event loop that knows what its collector did (../README.md).
//
// PHP 8.2 does not tell how long it collects. With --explicit 1 the service keeps collections out
// of its requests, as long-running PHP services do: it switches the automatic ones off, collects
// between two requests and measures that.
declare(strict_types=1);

const KEPT_ONE_IN = 64; // of the records that a request makes, so many replace one that was kept
const COLLECT_EVERY = 10; // requests, with --explicit 1

// Refers to itself through its parts, so that only the collector frees it; about 1 KiB.
final class Record
{
    public array $parts = [];

    public function __construct(public int $number)
    {
        for ($part = 0; $part < 2; $part++) {
            $this->parts[] = ['owner' => $this, 'key' => $number + $part];
        }
    }
}

final class Ring
{
    private array $records = [];
    private int $made = 0;

    public function __construct(int $size)
    {
        for ($number = 0; $number < $size; $number++) {
            $this->records[] = new Record($number);
        }
    }

    public function work(int $count): int
    {
        $sum = 0;
        for ($number = 0; $number < $count; $number++) {
            $record = new Record($number);
            $sum += $record->parts[0]['key'];
            if ($number % KEPT_ONE_IN === 0) {
                $this->made++;
                $this->records[$this->made * 7919 % count($this->records)] = $record;
            }
        }
        return $sum;
    }
}

function cpu_s(): float
{
    $usage = getrusage();
    return $usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec']
        + ($usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec']) / 1e6;
}

final class Meter
{
    private array $pauses = [];
    private float $cpu_s = 0.0;

    public function collect(): void
    {
        $cpu_before = cpu_s();
        $began = hrtime(true);
        gc_collect_cycles();
        $this->pauses[] = [$began / 1e9, (hrtime(true) - $began) / 1e9];
        $this->cpu_s += cpu_s() - $cpu_before;
    }

    // What was seen since it was last asked; runs are counted since the start.
    public function take(): string
    {
        $status = gc_status();
        $seen = ['cycles' => $status['runs'], 'pauses' => $this->pauses, 'gc_cpu_s' => $this->cpu_s,
            'version' => PHP_VERSION];
        $this->pauses = [];
        if (isset($status['collector_time'])) { // since PHP 8.3
            $seen['pause_s'] = $status['collector_time'];
        }
        return json_encode($seen);
    }
}

function answer($client, string $body): void
{
    fwrite($client, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
        . strlen($body) . "\r\n\r\n" . $body);
}

$options = getopt('', ['port:', 'seconds:', 'live-mb:', 'garbage-kb:', 'explicit:']);
$ends = microtime(true) + (int) ($options['seconds'] ?? 120);
$garbage = (int) ($options['garbage-kb'] ?? 64);
$explicit = ($options['explicit'] ?? '0') === '1';
ini_set('memory_limit', '-1');
$ring = new Ring((int) ($options['live-mb'] ?? 32) * 1024);
$meter = new Meter();
if ($explicit) {
    gc_disable();
}

$server = stream_socket_server('tcp://127.0.0.1:' . ($options['port'] ?? 0), context:
    stream_context_create(['socket' => ['tcp_nodelay' => true, 'backlog' => 256]]));
$name = stream_socket_get_name($server, false);
echo 'ready ', substr($name, strrpos($name, ':') + 1), "\n";

$clients = [];
$requests = [];
$served = 0;
while (microtime(true) < $ends) {
    $readable = [$server, ...$clients];
    $none = null;
    if (!stream_select($readable, $none, $none, 1)) {
        continue;
    }
    foreach ($readable as $stream) {
        if ($stream === $server) {
            $client = stream_socket_accept($server);
            stream_set_blocking($client, false);
            $clients[(int) $client] = $client;
            $requests[(int) $client] = '';
            continue;
        }
        $data = fread($stream, 8192);
        if ($data === '' || $data === false) {
            unset($clients[(int) $stream], $requests[(int) $stream]);
            fclose($stream);
            continue;
        }
        $requests[(int) $stream] .= $data;
        if (!str_ends_with($requests[(int) $stream], "\r\n\r\n")) {
            continue;
        }
        $is_question = str_starts_with($requests[(int) $stream], 'GET /gc ');
        $requests[(int) $stream] = '';
        answer($stream, $is_question ? $meter->take() : $ring->work($garbage) . "\n");
        if ($explicit && !$is_question && ++$served % COLLECT_EVERY === 0) {
            $meter->collect();
        }
    }
}
