defmodule QuickBEAM.Apis.Node.Files do
  @moduledoc false
  # What node:fs asks. An answer is `["ok", value]` or `["error", code]`, the code of
  # errno.h by its name; priv/js/node/fs.js makes Node's errors of it.

  import Bitwise

  require Record

  Record.defrecordp(
    :file_info,
    Record.extract(:file_info, from_lib: "kernel/include/file.hrl")
  )

  @formats %{
    regular: 0o100000,
    directory: 0o040000,
    symlink: 0o120000,
    device: 0o020000,
    other: 0o010000
  }

  @doc "`max` are the bytes that may be read at once; 0 for any number."
  @spec run(String.t(), list, non_neg_integer) :: [term]
  def run(operation, args, max) do
    case do_run(operation, args, max) do
      :ok -> ["ok", nil]
      {:ok, value} -> ["ok", value]
      {:error, reason} -> ["error", code(reason)]
    end
  end

  defp code(:eexist), do: "EEXIST"
  defp code({:no_translation, _}), do: "EILSEQ"
  defp code(:badarg), do: "EINVAL"
  defp code(reason), do: reason |> Atom.to_string() |> String.upcase()

  defp do_run("read", [path], max) do
    with {:ok, info} <- info(path, :stat),
         :ok <- readable(info, max),
         {:ok, bytes} <- :file.read_file(path) do
      {:ok, {:bytes, bytes}}
    end
  end

  defp do_run("write", [path, data, flag, mode], _max) do
    modes = [:raw, :binary | modes(flag)]
    new? = not File.exists?(path)

    with {:ok, file} <- :file.open(path, modes) do
      result = :file.write(file, data)
      :file.close(file)
      # 0o666 is what a new file has anyway, less the umask.
      if new? and mode != 0o666, do: change_mode(path, mode)
      result
    end
  end

  defp do_run(kind, [path], _max) when kind in ["stat", "lstat"] do
    with {:ok, info} <- info(path, String.to_existing_atom(kind)), do: {:ok, stats(info)}
  end

  defp do_run("readdir", [path, recursive?, types?], _max) do
    with {:ok, entries} <- list(path, "", recursive?, types?) do
      {:ok, Enum.sort_by(entries, fn [name, below, _format] -> Path.join(below, name) end)}
    end
  end

  defp do_run("mkdir", [path, false, mode], _max) do
    with :ok <- :file.make_dir(path), do: set_mode(path, mode)
  end

  defp do_run("mkdir", [path, true, mode], _max) do
    first = first_missing(Path.expand(path))

    cond do
      first == nil and File.dir?(path) -> {:ok, nil}
      first == nil -> {:error, :eexist}
      true -> with :ok <- File.mkdir_p(path), :ok <- set_mode(path, mode), do: {:ok, first}
    end
  end

  defp do_run("rm", [path, recursive?, force?], _max) do
    case info(path, :lstat) do
      {:error, :enoent} when force? ->
        :ok

      {:ok, file_info(type: :directory)} when not recursive? ->
        {:error, :eisdir}

      {:ok, file_info(type: :directory)} ->
        with {:error, reason, _path} <- File.rm_rf(path), do: {:error, reason}

      {:ok, _info} ->
        :file.delete(path)

      error ->
        error
    end
    |> case do
      {:ok, _removed} -> :ok
      other -> other
    end
  end

  defp do_run("rmdir", [path], _max) do
    # Of a directory with something in it the BEAM says EEXIST, as POSIX allows.
    with {:error, :eexist} <- :file.del_dir(path), do: {:error, :enotempty}
  end

  defp do_run("unlink", [path], _max) do
    case info(path, :lstat) do
      {:ok, file_info(type: :directory)} -> {:error, :eisdir}
      {:ok, _info} -> :file.delete(path)
      error -> error
    end
  end

  defp do_run("rename", [from, to], _max), do: :file.rename(from, to)

  defp do_run("copy", [from, to, exclusive?], _max) do
    cond do
      exclusive? and File.exists?(to) -> {:error, :eexist}
      File.dir?(from) -> {:error, :eisdir}
      true -> File.cp(from, to)
    end
  end

  defp do_run("cp", [from, to, recursive?], _max) do
    if File.dir?(from) and not recursive? do
      {:error, :eisdir}
    else
      case File.cp_r(from, to) do
        {:ok, _copied} -> :ok
        {:error, reason, _path} -> {:error, reason}
      end
    end
  end

  defp do_run("access", [path, mode], _max) do
    with {:ok, file_info(access: access, mode: bits)} <- info(path, :stat) do
      readable? = access in [:read, :read_write]
      writable? = access in [:write, :read_write]

      if (band(mode, 4) == 0 or readable?) and (band(mode, 2) == 0 or writable?) and
           (band(mode, 1) == 0 or band(bits, 0o111) != 0),
         do: :ok,
         else: {:error, :eacces}
    end
  end

  defp do_run("mkdtemp", [prefix], _max) do
    path =
      prefix <> (6 |> :crypto.strong_rand_bytes() |> Base.url_encode64() |> binary_part(0, 6))

    case :file.make_dir(path) do
      :ok -> with :ok <- change_mode(path, 0o700), do: {:ok, path}
      {:error, :eexist} -> do_run("mkdtemp", [prefix], 0)
      error -> error
    end
  end

  defp do_run("realpath", [path], _max), do: real(Path.split(Path.absname(path)), "/", 40)

  defp do_run("readlink", [path], _max) do
    with {:ok, target} <- :file.read_link_all(path), do: {:ok, IO.chardata_to_string(target)}
  end

  defp do_run("symlink", [target, path], _max), do: :file.make_symlink(target, path)
  defp do_run("link", [existing, path], _max), do: :file.make_link(existing, path)
  defp do_run("chmod", [path, mode], _max), do: change_mode(path, mode)

  defp do_run("utimes", [path, atime, mtime], _max) do
    :file.write_file_info(path, file_info(atime: atime, mtime: mtime), time: :posix)
  end

  defp do_run("truncate", [path, length], _max) do
    with {:ok, file} <- :file.open(path, [:raw, :read, :write]) do
      result = with {:ok, _} <- :file.position(file, length), do: :file.truncate(file)
      :file.close(file)
      result
    end
  end

  # By itself, the BEAM sets the times too.
  defp change_mode(path, mode) do
    with {:ok, file_info(atime: atime, mtime: mtime)} <- info(path, :stat) do
      info = file_info(mode: mode, atime: atime, mtime: mtime)
      :file.write_file_info(path, info, time: :posix)
    end
  end

  defp info(path, :stat), do: :file.read_file_info(path, [:raw, time: :posix])
  defp info(path, :lstat), do: :file.read_link_info(path, [:raw, time: :posix])

  # What has no size has no end perhaps.
  defp readable(file_info(type: :directory), _max), do: {:error, :eisdir}
  defp readable(file_info(type: :device), _max), do: {:error, :enotsup}
  defp readable(file_info(type: :other), _max), do: {:error, :enotsup}
  defp readable(file_info(size: size), max) when max > 0 and size > max, do: {:error, :enomem}
  defp readable(_info, _max), do: :ok

  defp modes(flag) do
    cond do
      flag == "r+" -> [:read, :write]
      String.contains?(flag, "x") -> [:exclusive | if(flag =~ "a", do: [:append], else: [:write])]
      String.starts_with?(flag, "a") -> [:append]
      true -> [:write]
    end
  end

  defp stats(info) do
    file_info(
      size: size,
      type: type,
      mode: mode,
      links: links,
      major_device: device,
      minor_device: special,
      inode: inode,
      uid: uid,
      gid: gid,
      atime: atime,
      mtime: mtime,
      ctime: ctime
    ) = info

    %{
      dev: device,
      ino: inode,
      # The system's format bits, or those of the type.
      mode: if(band(mode, 0o170000) == 0, do: bor(mode, @formats[type]), else: mode),
      nlink: links,
      uid: uid,
      gid: gid,
      rdev: special,
      size: size,
      blksize: 4096,
      blocks: div(size + 511, 512),
      atimeMs: atime * 1000,
      mtimeMs: mtime * 1000,
      ctimeMs: ctime * 1000,
      birthtimeMs: ctime * 1000
    }
  end

  # [name, folder below the first one, format].
  defp list(path, below, recursive?, types?) do
    with {:ok, names} <- :file.list_dir_all(path) do
      entries =
        Enum.flat_map(names, fn name ->
          name = to_name(name)
          full = Path.join(path, name)
          format = if types? or recursive?, do: format(full), else: 0
          entry = [name, below, format]

          if recursive? and format == @formats.directory do
            # One that has gone in the meantime, or may not be read, is empty.
            case list(full, Path.join(below, name), true, types?) do
              {:ok, inside} -> [entry | inside]
              {:error, _} -> [entry]
            end
          else
            [entry]
          end
        end)

      {:ok, entries}
    end
  end

  defp to_name(name) when is_list(name), do: List.to_string(name)
  # Bytes that are no UTF-8 are what they are.
  defp to_name(name) when is_binary(name), do: name

  defp format(path) do
    case info(path, :lstat) do
      {:ok, info} -> band(stats(info).mode, 0o170000)
      {:error, _} -> 0
    end
  end

  defp first_missing(path) do
    parent = Path.dirname(path)

    cond do
      File.exists?(path) -> nil
      parent == path -> path
      true -> first_missing(parent) || path
    end
  end

  defp set_mode(_path, 0o777), do: :ok
  defp set_mode(path, mode), do: change_mode(path, mode)

  defp real([], path, _links), do: {:ok, path}
  defp real(_parts, _path, 0), do: {:error, :eloop}
  defp real(["/" | parts], _path, links), do: real(parts, "/", links)
  defp real(["." | parts], path, links), do: real(parts, path, links)
  defp real([".." | parts], path, links), do: real(parts, Path.dirname(path), links)

  defp real([name | parts], path, links) do
    full = Path.join(path, name)

    case :file.read_link_all(full) do
      {:ok, target} -> real(Path.split(IO.chardata_to_string(target)) ++ parts, path, links - 1)
      {:error, :einval} -> real(parts, full, links)
      error -> error
    end
  end
end
