import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

export type CameraState = 'starting' | 'on' | 'missing'

const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: { ideal: 'environment' }, width: { ideal: 2560 }, height: { ideal: 1920 } },
}

/** The camera in the page. `missing`: there is none, it is not allowed, or this web view does not lend it; a file input does then. */
export function useCamera(video: Ref<HTMLVideoElement | null>) {
  const state = ref<CameraState>('starting')
  let stream: MediaStream | null = null
  let isGone = false

  async function start(): Promise<void> {
    if (stream !== null || isGone) return
    try {
      const opened = await navigator.mediaDevices.getUserMedia(WANTED)
      if (isGone) return halt(opened)
      stream = opened
      if (video.value === null) return
      video.value.srcObject = opened
      await video.value.play()
      state.value = 'on'
    } catch {
      state.value = 'missing' // whatever the reason, the person has the file input
    }
  }

  function stop(): void {
    if (stream) halt(stream)
    stream = null
  }

  /** Another app may want the camera while this page is not looked at. */
  function onVisibility(): void {
    if (document.hidden) stop()
    else if (state.value === 'on') void start()
  }

  onMounted(() => {
    document.addEventListener('visibilitychange', onVisibility)
    void start()
  })
  onBeforeUnmount(() => {
    isGone = true
    document.removeEventListener('visibilitychange', onVisibility)
    stop()
  })
  return { state }
}

function halt(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}
