defmodule QuickBEAM.Fetch do
  @moduledoc """
  HTTP of scripts through the application's own client: the option `:fetch`.

      QuickBEAM.start(fetch: fn request ->
        {:ok, response} = MyApp.HTTP.request(request.method, request.url, request.headers, request.body)
        %{status: response.status, headers: response.headers, body: response.body}
      end)

  The option takes such a function, `{module, function}` or a module with `c:fetch/1`.
  Each request of `fetch` and `EventSource` runs in a supervised task of its own; it is
  ended when the script aborts the request, and when the context ends or is reset. Redirects
  are followed by the caller: a response of status 301 comes back as one more request. What
  raises, exits, or is no such response rejects with a `TypeError`.
  """

  use QuickBEAM.Service

  alias QuickBEAM.Fetch.Job

  @typedoc """
  What a script asks for. `:body` is `nil`, a binary, or an enumerable of binaries that a
  script streams: it can be enumerated once, and waits for the script as it goes.
  Header names are in lower case.
  """
  @type request :: %{
          method: String.t(),
          url: String.t(),
          headers: [{String.t(), binary}],
          body: nil | binary | Enumerable.t()
        }

  @typedoc """
  The answer. Header values may be lists, for fields that come several times. A `:body`
  that is no binary is an enumerable of iodata; it is enumerated in the task as fast as
  the script reads. `:headers` and `:body` may be left out.
  """
  @type response :: %{
          required(:status) => 200..599,
          optional(:headers) => Enumerable.t(),
          optional(:body) => nil | binary | Enumerable.t()
        }

  @callback fetch(request) :: response

  # The state: number of a request => its job.

  @impl QuickBEAM.Service
  def init(_caller), do: %{}

  @impl QuickBEAM.Service
  def handle_request(["request", number, method, url, headers, body], id, caller, jobs) do
    headers = for [name, value] <- headers, do: {name, bytes(value)}
    request = %{method: method, url: url, headers: headers, body: body}
    {:ok, job} = Job.start(caller, number, request, id)
    # Those that have ended leave now and then.
    {:noreply, jobs |> living() |> Map.put(number, job)}
  end

  def handle_request(["read", number], id, _caller, jobs) do
    case jobs do
      %{^number => job} ->
        Job.read(job, id)
        {:noreply, jobs}

      _ ->
        {:reply, {:error, "Error", "the response has ended"}, jobs}
    end
  end

  def handle_request([kind, number | rest], _id, _caller, jobs)
      when kind in ["piece", "failed", "abort"] do
    with %{^number => job} <- jobs, do: Job.tell(job, kind, rest)
    {:reply, {:ok, nil}, if(kind == "abort", do: Map.delete(jobs, number), else: jobs)}
  end

  @impl QuickBEAM.Service
  def handle_reset(_caller, jobs) do
    for {_number, job} <- jobs, do: Job.tell(job, "abort", [])
    {:noreply, %{}}
  end

  defp living(jobs) when map_size(jobs) < 64, do: jobs
  defp living(jobs), do: Map.filter(jobs, fn {_number, job} -> Process.alive?(job) end)

  # Header values of scripts are strings of bytes.
  defp bytes(value), do: :unicode.characters_to_binary(value, :utf8, :latin1)
end
