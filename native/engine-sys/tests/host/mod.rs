//! A host's allocator for the tests of the memory limit.

use quickbeam_engine_sys::JSMallocFunctions;
use std::alloc::{Layout, alloc, dealloc, realloc};
use std::ffi::c_void;
use std::ptr::null_mut;

/// An allocator that counts its calls and fails at the chosen ones.
#[derive(Default)]
pub struct Host {
    pub calls: u64,
    pub fail_at: u64,
    pub and_after: bool,
    pub failed: bool,
    pub blocks: i64,
    pub bytes: usize,
}

impl Host {
    fn must_fail(&mut self) -> bool {
        self.calls += 1;
        let fails = self.fail_at != 0
            && (self.calls == self.fail_at || (self.and_after && self.calls > self.fail_at));
        self.failed |= fails;
        fails
    }
}

/// Room for the block's size, before the block.
const HEAD: usize = 16;

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size + HEAD, HEAD).expect("a size the engine may ask for")
}

unsafe extern "C" fn host_malloc(opaque: *mut c_void, size: usize) -> *mut c_void {
    unsafe {
        let host = &mut *opaque.cast::<Host>();
        if host.must_fail() {
            return null_mut();
        }
        let block = alloc(layout(size));
        if block.is_null() {
            return null_mut();
        }
        host.blocks += 1;
        host.bytes += size;
        block.cast::<usize>().write(size);
        block.add(HEAD).cast()
    }
}

unsafe extern "C" fn host_calloc(opaque: *mut c_void, n: usize, size: usize) -> *mut c_void {
    unsafe {
        let block = host_malloc(opaque, n * size);
        if !block.is_null() {
            block.write_bytes(0, n * size);
        }
        block
    }
}

unsafe extern "C" fn host_free(opaque: *mut c_void, ptr: *mut c_void) {
    if ptr.is_null() {
        return;
    }
    unsafe {
        let host = &mut *opaque.cast::<Host>();
        let size = host_size(ptr);
        host.blocks -= 1;
        host.bytes -= size;
        dealloc(ptr.cast::<u8>().sub(HEAD), layout(size));
    }
}

unsafe extern "C" fn host_realloc(
    opaque: *mut c_void,
    ptr: *mut c_void,
    size: usize,
) -> *mut c_void {
    unsafe {
        if ptr.is_null() {
            return if size == 0 {
                null_mut()
            } else {
                host_malloc(opaque, size)
            };
        }
        if size == 0 {
            host_free(opaque, ptr);
            return null_mut();
        }
        let host = &mut *opaque.cast::<Host>();
        if host.must_fail() {
            return null_mut();
        }
        let old = host_size(ptr);
        let block = realloc(ptr.cast::<u8>().sub(HEAD), layout(old), size + HEAD);
        if block.is_null() {
            return null_mut();
        }
        host.bytes = host.bytes - old + size;
        block.cast::<usize>().write(size);
        block.add(HEAD).cast()
    }
}

unsafe extern "C" fn host_size(ptr: *const c_void) -> usize {
    if ptr.is_null() {
        return 0;
    }
    unsafe { ptr.cast::<u8>().sub(HEAD).cast::<usize>().read() }
}

pub const HOST_FUNCTIONS: JSMallocFunctions = JSMallocFunctions {
    js_calloc: Some(host_calloc),
    js_malloc: Some(host_malloc),
    js_free: Some(host_free),
    js_realloc: Some(host_realloc),
    js_malloc_usable_size: Some(host_size),
};
