%% An allocating HTTP service, one process per connection, that knows what its collector did
%% (../README.md). Each connection keeps a live set of its own, since each process has its own heap.
-module(gc_service).
-export([main/1]).

-define(KEPT_ONE_IN, 64).  % of the records that a request makes, so many replace one that was kept

main(Words) ->
    Options = options(Words, #{"--port" => 0, "--seconds" => 120, "--live-mb" => 4,
                               "--garbage-kb" => 64}),
    erlang:system_flag(microstate_accounting, true),
    {ok, Listener} = gen_tcp:listen(maps:get("--port", Options),
                                    [binary, {packet, http_bin}, {active, false}, {nodelay, true},
                                     {ip, {127, 0, 0, 1}}, {backlog, 256}]),
    {ok, Port} = inet:port(Listener),
    io:format("ready ~b~n", [Port]),
    spawn_link(fun() -> accept(Listener, Options) end),
    timer:sleep(maps:get("--seconds", Options) * 1000),
    halt(0).

options([Name, Value | Rest], Options) -> options(Rest, Options#{Name => list_to_integer(Value)});
options([], Options) -> Options.

accept(Listener, Options) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    Server = spawn(fun() -> receive start -> serve(Socket, Options, none, 0) end end),
    ok = gen_tcp:controlling_process(Socket, Server),
    Server ! start,
    accept(Listener, Options).

serve(Socket, Options, Ring, Made) ->
    case request(Socket, none) of
        <<"/gc">> ->
            answer(Socket, truth()),
            serve(Socket, Options, Ring, Made);
        {error, _} ->
            ok;
        _ ->
            Count = maps:get("--garbage-kb", Options),
            {Kept, Next, Sum} = work(Count, ring(Ring, Options), Made, 0),
            answer(Socket, [integer_to_list(Sum), "\n"]),
            serve(Socket, Options, Kept, Next)
    end.

request(Socket, Path) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, {http_request, _, {abs_path, Asked}, _}} -> request(Socket, Asked);
        {ok, {http_header, _, _, _, _}} -> request(Socket, Path);
        {ok, http_eoh} -> Path;
        {ok, Unexpected} -> {error, Unexpected};
        {error, Reason} -> {error, Reason}
    end.

answer(Socket, Body) ->
    gen_tcp:send(Socket, ["HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ",
                          integer_to_list(iolist_size(Body)), "\r\n\r\n", Body]).

%% With what it points to about 1 KiB.
make(Number) ->
    {Number, integer_to_list(Number), [{Number + I, I * 0.5, [I, I + 1]} || I <- lists:seq(1, 10)]}.

ring(none, Options) ->
    Size = maps:get("--live-mb", Options) * 1024,
    {Size, maps:from_list([{I, make(I)} || I <- lists:seq(0, Size - 1)])};
ring(Ring, _) -> Ring.

work(0, Ring, Made, Sum) ->
    {Ring, Made, Sum};
work(Count, {Size, Records}, Made, Sum) ->
    Record = make(Count),
    {_, Name, _} = Record,
    Total = Sum + length(Name),
    case Count rem ?KEPT_ONE_IN of
        0 -> work(Count - 1, {Size, Records#{Made * 7919 rem Size => Record}}, Made + 1, Total);
        _ -> work(Count - 1, {Size, Records}, Made, Total)
    end.

%% Counters since the start: collections of all processes, and what the threads spent in them.
truth() ->
    {Collections, _, _} = erlang:statistics(garbage_collection),
    Spent = lists:sum([maps:get(gc, Counters)
                       || #{counters := Counters} <- erlang:statistics(microstate_accounting)]),
    io_lib:format("{\"cycles\": ~b, \"pause_s\": ~.9f, \"version\": \"~s\"}",
                  [Collections, erlang:convert_time_unit(Spent, perf_counter, nanosecond) / 1.0e9,
                   erlang:system_info(otp_release)]).
