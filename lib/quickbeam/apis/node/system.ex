defmodule QuickBEAM.Apis.Node.System do
  @moduledoc false
  # Figures of the VM and the machine, in the names and units of node:process and node:os.

  @node_version "22.12.0"

  @doc "What does not change while a context lives."
  @spec process([Path.t()]) :: map
  def process(scripts) do
    %{
      arch: arch(),
      argv: ["quickbeam" | Enum.map(scripts, &Path.expand/1)],
      env: System.get_env(),
      pid: String.to_integer(System.pid()),
      platform: platform(),
      versions: %{
        # The version of Node whose behaviour these modules have.
        "node" => @node_version,
        "quickbeam" => version(:quickbeam),
        "elixir" => System.version(),
        "otp" => System.otp_release()
      }
    }
  end

  @doc "Everything else: the answer of a service."
  @spec answer(String.t(), list) :: QuickBEAM.Service.answer()
  def answer("cwd", []), do: {:ok, File.cwd!()}
  def answer("nanoseconds", []), do: {:ok, Integer.to_string(System.monotonic_time(:nanosecond))}
  def answer("memory", []), do: {:ok, resident()}

  def answer("kill", [pid, signal]) do
    # Of 0 and below, kill(2) means groups of processes, the VM's own among them.
    if pid > 0 and signal =~ ~r/\A[A-Z0-9]+\z/ do
      {_, status} =
        System.cmd("kill", ["-" <> signal, Integer.to_string(pid)], stderr_to_stdout: true)

      if status == 0, do: {:ok, true}, else: {:error, "Error", "kill ESRCH"}
    else
      {:error, "TypeError", "process.kill: no such process or signal"}
    end
  end

  def answer("os", ["arch"]), do: {:ok, arch()}

  def answer("os", ["cpus"]),
    do: {:ok, :erlang.system_info(:logical_processors_available) |> count()}

  def answer("os", ["homedir"]), do: {:ok, System.user_home() || "/"}
  def answer("os", ["hostname"]), do: {:ok, hostname()}
  def answer("os", ["interfaces"]), do: {:ok, interfaces()}
  def answer("os", ["loadavg"]), do: {:ok, load()}
  def answer("os", ["machine"]), do: {:ok, machine()}
  def answer("os", ["memory"]), do: {:ok, memory()}
  def answer("os", ["platform"]), do: {:ok, platform()}
  def answer("os", ["release"]), do: {:ok, read("/proc/sys/kernel/osrelease") || version_text()}
  def answer("os", ["tmpdir"]), do: {:ok, System.tmp_dir() || "/tmp"}
  def answer("os", ["type"]), do: {:ok, type()}
  def answer("os", ["uptime"]), do: {:ok, uptime()}
  def answer("os", ["user"]), do: {:ok, user()}
  def answer("os", ["version"]), do: {:ok, read("/proc/sys/kernel/version") || version_text()}
  def answer(what, _args), do: {:error, "TypeError", "no such request: #{what}"}

  defp count(number) when is_integer(number), do: number
  defp count(_unknown), do: System.schedulers_online()

  defp machine do
    :erlang.system_info(:system_architecture) |> to_string() |> String.split("-") |> hd()
  end

  defp arch do
    case machine() do
      "x86_64" -> "x64"
      "amd64" -> "x64"
      "aarch64" -> "arm64"
      <<"i", _, "86">> -> "ia32"
      other -> other
    end
  end

  defp platform do
    case :os.type() do
      {:win32, _} -> "win32"
      {:unix, name} -> Atom.to_string(name)
    end
  end

  defp type do
    case platform() do
      "win32" -> "Windows_NT"
      name -> String.capitalize(name)
    end
  end

  defp hostname do
    {:ok, name} = :inet.gethostname()
    to_string(name)
  end

  defp version(app), do: app |> Application.spec(:vsn) |> to_string()

  defp version_text do
    case :os.version() do
      {major, minor, patch} -> "#{major}.#{minor}.#{patch}"
      text -> to_string(text)
    end
  end

  # Bytes in all and available; the VM's own where the system does not say.
  defp memory do
    with text when is_binary(text) <- read("/proc/meminfo"),
         [_, total] <- Regex.run(~r/MemTotal:\s+(\d+) kB/, text),
         [_, free] <- Regex.run(~r/MemAvailable:\s+(\d+) kB/, text) do
      Enum.map([total, free], &(String.to_integer(&1) * 1024))
    else
      _ -> [:erlang.memory(:total), 0]
    end
  end

  defp resident do
    with text when is_binary(text) <- read("/proc/self/status"),
         [_, kilobytes] <- Regex.run(~r/VmRSS:\s+(\d+) kB/, text) do
      String.to_integer(kilobytes) * 1024
    else
      _ -> :erlang.memory(:total)
    end
  end

  defp load do
    case read("/proc/loadavg") do
      nil -> [0, 0, 0]
      text -> text |> String.split() |> Enum.take(3) |> Enum.map(&String.to_float/1)
    end
  end

  defp uptime do
    case read("/proc/uptime") do
      nil -> System.monotonic_time(:second) - :erlang.system_info(:start_time)
      text -> text |> String.split() |> hd() |> String.to_float()
    end
  end

  defp user do
    %{
      uid: id("-u"),
      gid: id("-g"),
      username: System.get_env("USER") || String.trim(elem(System.cmd("id", ["-un"]), 0)),
      homedir: System.user_home() || "/",
      shell: System.get_env("SHELL")
    }
  end

  defp id(option) do
    {text, 0} = System.cmd("id", [option])
    text |> String.trim() |> String.to_integer()
  end

  defp interfaces do
    {:ok, all} = :inet.getifaddrs()

    for {name, options} <- all, addresses = addresses(options), addresses != [], into: %{} do
      {to_string(name), addresses}
    end
  end

  defp addresses(options) do
    mac =
      (options[:hwaddr] || [0, 0, 0, 0, 0, 0])
      |> Enum.map_join(
        ":",
        &(&1 |> Integer.to_string(16) |> String.downcase() |> String.pad_leading(2, "0"))
      )

    masks = Keyword.get_values(options, :netmask)

    for {address, mask} <- Enum.zip(Keyword.get_values(options, :addr), masks) do
      %{
        address: to_string(:inet.ntoa(address)),
        netmask: to_string(:inet.ntoa(mask)),
        family: if(tuple_size(address) == 4, do: "IPv4", else: "IPv6"),
        mac: mac,
        internal: :loopback in Keyword.get(options, :flags, [])
      }
    end
  end

  defp read(path) do
    case File.read(path) do
      {:ok, text} -> String.trim(text)
      {:error, _} -> nil
    end
  end
end
