//! The few system calls under the page store. Addresses are plain integers
//! here: a range is owned by whoever the store says, not by a Rust value.

use std::ptr;

/// Bytes in a page of this system.
pub(super) fn page_size() -> usize {
    // SAFETY: sysconf reads a constant of the system, no memory of ours.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).unwrap_or(4096)
}

/// Maps `len` bytes of zeros wherever there is room. None on failure.
fn map(len: usize, extra_flags: libc::c_int) -> Option<usize> {
    // SAFETY: a new private anonymous mapping at an address of the kernel's
    // choice touches no memory that exists.
    let addr = unsafe {
        libc::mmap(
            ptr::null_mut(),
            len,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANON | extra_flags,
            -1,
            0,
        )
    };
    (addr != libc::MAP_FAILED).then(|| addr.expose_provenance())
}

/// Address space to cut runs from; it costs nothing until it is touched.
pub(super) fn reserve(len: usize) -> Option<usize> {
    let addr = map(len, libc::MAP_NORESERVE)?;
    // A huge page would make 2 MiB resident for one small heap, and giving back
    // a part of it would give nothing back. Older kernels may lack the call: fine.
    #[cfg(target_os = "linux")]
    // SAFETY: the range was mapped just above and nobody else knows it.
    unsafe {
        libc::madvise(
            ptr::with_exposed_provenance_mut(addr),
            len,
            libc::MADV_NOHUGEPAGE,
        );
    }
    Some(addr)
}

/// A mapping for one big block.
pub(super) fn map_own(len: usize) -> Option<usize> {
    map(len, 0)
}

/// Ends a mapping, or the tail of one.
///
/// # Safety
/// `addr..addr + len` is whole pages of mappings made here, used by nobody.
pub(super) unsafe fn unmap(addr: usize, len: usize) {
    // SAFETY: by the contract above nothing refers to the range any more.
    let rc = unsafe { libc::munmap(ptr::with_exposed_provenance_mut(addr), len) };
    debug_assert_eq!(rc, 0, "munmap of {len} bytes failed");
}

/// Resizes a mapping, moving it where it must; contents are kept. None (and
/// the old mapping untouched) when the system has no way or no room.
///
/// # Safety
/// `addr..addr + old_len` is one whole mapping of [`map_own`], and the caller
/// forgets the old address when a new one is returned.
pub(super) unsafe fn remap(addr: usize, old_len: usize, new_len: usize) -> Option<usize> {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: the caller owns the mapping alone and updates its pointers.
        let moved = unsafe {
            libc::mremap(
                ptr::with_exposed_provenance_mut(addr),
                old_len,
                new_len,
                libc::MREMAP_MAYMOVE,
            )
        };
        (moved != libc::MAP_FAILED).then(|| moved.expose_provenance())
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (addr, old_len, new_len);
        None
    }
}

/// Gives the memory of a range back and keeps the address space, which reads
/// as zeros again. False if the system refused: the contents are then as before.
///
/// # Safety
/// `addr..addr + len` is whole pages of a reservation, used by nobody.
pub(super) unsafe fn purge(addr: usize, len: usize) -> bool {
    let start = ptr::with_exposed_provenance_mut(addr);
    // MADV_DONTNEED and not MADV_FREE: resident memory falls at once, and the
    // next owner is promised zeros.
    #[cfg(target_os = "linux")]
    // SAFETY: nobody holds the range, so nobody can miss what was in it.
    unsafe {
        libc::madvise(start, len, libc::MADV_DONTNEED) == 0
    }
    // Elsewhere DONTNEED promises neither; mapping anew over the range does.
    #[cfg(not(target_os = "linux"))]
    // SAFETY: as above; the range lies inside a reservation of ours.
    unsafe {
        libc::mmap(
            start,
            len,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_FIXED | libc::MAP_NORESERVE,
            -1,
            0,
        ) != libc::MAP_FAILED
    }
}

/// Gives back what the C library keeps of memory that was freed. Only glibc keeps
/// much: an arena per thread, which shrinks at its end alone.
pub(super) fn trim_malloc() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it may be called at any time, by any thread; malloc_trim(3).
    unsafe {
        libc::malloc_trim(0);
    }
}
